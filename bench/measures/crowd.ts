/**
 * Many connected workers: what they cost the controller when nothing happens, and how soon all of them are ready again
 * when it was started anew with a full queue. The workers are null workers behind real SSH in a process of their own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Connection } from "../../runner/client/index.ts";
import type { Bench } from "../bench.ts";
import { end } from "../child.ts";
import { BenchError } from "../command.ts";
import { figure, type Row } from "../figure.ts";
import { connectController, connectRunning, generateKeyPair, stopController } from "../null/built.ts";
import { rosterOf, submissionOf } from "../null/roster.ts";
import type { ServedWorkers } from "../null/server-process.ts";

const SERVER = fileURLToPath(new URL("../null/server-process.ts", import.meta.url));
const RANKS = 10_000;
const READY_MS = 120_000;
/** What a clock tick of /proc is, on every Linux of today. */
const TICK_MS = 10;

export async function crowd(bench: Bench): Promise<readonly Row[]> {
  const { crowd: count, idleSeconds } = bench.plan;
  const name = (what: string): string => `many workers: ${what}`;
  if (!existsSync("/proc/self/stat")) return [{ name: name("all figures"), missing: "needs /proc" }];
  const home = join(bench.place.folder, "crowd");
  mkdirSync(home);
  const key = generateKeyPair();
  const { server, ports, hostKey } = await serve(bench, count, key.public);
  try {
    const roster = rosterOf({ ports, hostKey, privateKey: key.private }, home);
    const submission = submissionOf(roster, RANKS);
    const first = await connectController({ home });
    await first.call("submit", submission);
    await untilReady(bench, first);
    const { pid } = await first.call("hello", {});
    const idle = await cpuShare(pid, idleSeconds * 1000, bench.signal);
    const memory = residentMiB(pid);
    await stopController(first);
    const began = performance.now();
    await untilReady(bench, await connectController({ home }));
    const seconds = (performance.now() - began) / 1000;
    const note = `${count} null workers behind real SSH, in another process`;
    return [
      figure(name("memory of the controller"), [memory], { unit: "MiB", note }),
      figure(name("idle"), [idle * 100], {
        unit: "%",
        note: `of a core, over ${idleSeconds} s, a job running on each; aim: below 2 %`,
      }),
      figure(name("controller restarts, until all are ready"), [seconds], {
        unit: "s",
        note: `${RANKS} jobs running or queued`,
      }),
    ];
  } finally {
    const running = await connectRunning(home);
    if (running) await stopController(running);
    await end(server);
  }
}

async function serve(
  bench: Bench,
  count: number,
  key: string,
): Promise<ServedWorkers & { readonly server: ChildProcess }> {
  const env = { ...bench.place.env };
  const args = [SERVER, `--count=${count}`, `--key=${key}`];
  const server = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let line = "";
  for await (const chunk of server.stdout) {
    line += String(chunk);
    if (line.endsWith("\n")) break;
  }
  if (line === "") throw new BenchError("The process of null workers ended at once.");
  return { server, ...(JSON.parse(line) as ServedWorkers) };
}

/** Each is connected, and its job is known to run. */
async function untilReady({ plan: { crowd: count }, signal }: Bench, connection: Connection): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const { pools, queue } = await connection.call("status", {});
    if (pools[0]?.connected === count && queue.RUNNING === count) return;
    if (performance.now() > deadline) throw new BenchError(`Not all of ${count} workers were ready in time.`);
    await delay(20, undefined, { signal });
  }
}

/** Of one core. */
async function cpuShare(pid: number, ms: number, signal: AbortSignal): Promise<number> {
  await delay(1000, undefined, { signal });
  const before = cpuMs(pid);
  await delay(ms, undefined, { signal });
  return (cpuMs(pid) - before) / ms;
}

function cpuMs(pid: number): number {
  // The second field is the command in parentheses and may hold blanks: count from the last `)`.
  const fields = (readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1) ?? "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function residentMiB(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1024;
}
