/** Starts, finds and stops the detached server process of one local worker. The process outlives whoever starts it. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { UserError } from "../../../spec/index.ts";
import { readJson } from "./json-file.ts";
import { processStart } from "./process-start.ts";
import type { ServerRecord } from "./server-main.ts";

const START_MS = 20_000;
const STOP_MS = 2_000;

/** The server's record, if that very process lives. */
export async function livingServer(folder: string): Promise<ServerRecord | undefined> {
  const record = await readJson<ServerRecord>(join(folder, "server.json"));
  return record !== undefined && processStart(record.pid) === record.start ? record : undefined;
}

/** Settles when it listens. @throws UserError with the last line of its log */
export async function startServer(folder: string, signal: AbortSignal): Promise<void> {
  const log = openSync(join(folder, "server.log"), "w", 0o600);
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const entry = fileURLToPath(new URL(`./server-main.${extension}`, import.meta.url));
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  const child = spawn(process.execPath, [entry, folder], {
    cwd: folder,
    detached: true,
    // Nothing of the provider's environment may stay in a process that lives this long: passphrases are there.
    env: { PATH, HOME, LANG, TMPDIR },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  child.unref();
  await untilListening(child, folder, signal);
}

async function untilListening(child: ChildProcess, folder: string, signal: AbortSignal): Promise<void> {
  const failed = { reason: undefined as string | undefined };
  child.once("error", (error) => {
    failed.reason = error.message;
  });
  child.once("exit", (code) => {
    failed.reason = `it ended with exit code ${code}`;
  });
  const deadline = Date.now() + START_MS;
  while ((await livingServer(folder))?.pid !== child.pid) {
    signal.throwIfAborted();
    if (Date.now() > deadline) failed.reason ??= `it did not listen within ${START_MS / 1000} s`;
    if (failed.reason !== undefined) throw await cannotStart(folder, failed.reason);
    await delay(20);
  }
}

async function cannotStart(folder: string, reason: string): Promise<UserError> {
  const log = await readFile(join(folder, "server.log"), "utf8").catch(() => "");
  if (log.includes("EADDRINUSE")) {
    const port = (await readJson<ServerRecord>(join(folder, "server.json")))?.port;
    return new UserError(
      `Its port ${port} on 127.0.0.1 was taken by another program while its SSH server was down. End that program, then give the same command again.`,
    );
  }
  const last = log
    .trim()
    .split("\n")
    .findLast((line) => /error/i.test(line));
  return new UserError(
    `Its SSH server did not start: ${reason}${last === undefined ? "" : ` (${last.trim()})`}. Its log: ${join(folder, "server.log")}`,
  );
}

/** Quiet when there is none. */
export async function stopServer(folder: string): Promise<void> {
  const record = await livingServer(folder);
  if (record === undefined) return;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const deadline = Date.now() + STOP_MS;
    if (processStart(record.pid) === record.start) process.kill(record.pid, signal);
    while (Date.now() < deadline) {
      if (processStart(record.pid) !== record.start) return;
      await delay(20);
    }
  }
}
