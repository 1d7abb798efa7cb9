/** What the demo promises, looked up where it cannot be made up: in the process table, the file system and what the jobs wrote. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { place } from "./place.ts";

export class PromiseBroken extends Error {
  override readonly name = "PromiseBroken";
}

export interface WorkerProcess {
  readonly id: string;
  readonly pid: number;
}

/** Ids and processes of the workers that exist on this computer now. */
export function workerProcesses(): WorkerProcess[] {
  return files(place.lidoHome)
    .filter((file) => file.endsWith("server.json"))
    .map((file) => ({
      id: file.split("/").at(-2) ?? "",
      pid: (JSON.parse(readFileSync(join(place.lidoHome, file), "utf8")) as { pid: number }).pid,
    }))
    .toSorted((a, b) => Number(a.id) - Number(b.id));
}

export function expectWorkers(count: number): void {
  const workers = workerProcesses();
  if (workers.length !== count)
    throw new PromiseBroken(`${count} workers were asked for, ${workers.length} are there.`);
}

/** @throws PromiseBroken when one of `before` has another id or process now, or is gone. */
export function expectSameProcesses(before: readonly WorkerProcess[]): void {
  const now = workerProcesses();
  const changed = before.filter(({ id, pid }) => !now.some((worker) => worker.id === id && worker.pid === pid));
  if (changed.length > 0) {
    throw new PromiseBroken(`The scale-up touched ${changed.map(({ id }) => `worker ${id}`).join(", ")}.`);
  }
}

export function expectAllReplaced(before: readonly WorkerProcess[]): void {
  const now = workerProcesses();
  const kept = before.filter(({ pid }) => now.some((worker) => worker.pid === pid));
  if (kept.length > 0)
    throw new PromiseBroken(`The roll left ${kept.map(({ id }) => `worker ${id}`).join(", ")} as before.`);
}

/** Each of `ranks` jobs wrote one `start` and one `end` line: begun once, not killed, not run again. */
export function expectEachRanOnce(ranks: number): void {
  const lines = readFileSync(place.ran, "utf8").trim().split("\n");
  for (let rank = 0; rank < ranks; rank += 1) {
    for (const word of ["start", "end"]) {
      const times = lines.filter((line) => line === `${word} ${rank}`).length;
      if (times !== 1) throw new PromiseBroken(`Rank ${rank} wrote "${word}" ${times} times instead of once.`);
    }
  }
}

/** @throws PromiseBroken with what is left of the pool: folders of it, or processes that work in one. */
export function expectNothingLeft(): void {
  const folder = join(place.lidoHome, "local");
  const left = files(folder);
  if (left.length > 0) throw new PromiseBroken(`Files of the pool are left: ${left.slice(0, 5).join(", ")}.`);
  const processes = processesOf(place.lidoHome);
  if (processes.length > 0) throw new PromiseBroken(`Processes of the demo are left: ${processes.join("; ")}.`);
}

/** Processes whose command line or working folder lies in `folder`; empty where there is no /proc. */
export function processesOf(folder: string): string[] {
  if (!existsSync("/proc/self/cmdline")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => ({ pid, text: commandLine(pid) }))
    .filter(({ text }) => text.includes(folder))
    .map(({ pid, text }) => `${pid} ${text}`);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

function files(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
}
