/**
 * The last change that `lido pool apply` or `down` made to each pool: a record and a log, `<home>/runs/<pool>.json` and
 * `.log`. It tells people what goes on and how it ended; what a pool is stands in its stack alone.
 */
import { readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { uptime } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../../worker/folder.ts";

export interface PoolRun {
  readonly pool: string;
  readonly action: "apply" | "down";
  /** The process that runs the engine. */
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly beganAt: number;
  readonly log: string;
  /** Absent while it goes on, or when it was killed. */
  readonly end?: {
    readonly at: number;
    readonly how: "succeeded" | "failed" | "stopped";
    /** The first line of why; "" when it succeeded. */
    readonly why: string;
  };
}

export type RunStanding = "under way" | "succeeded" | "failed" | "stopped" | "killed";

export async function readRun(home: string, pool: string): Promise<PoolRun | undefined> {
  try {
    return JSON.parse(await readFile(recordFile(home, pool), "utf8")) as PoolRun;
  } catch {
    return undefined;
  }
}

/** Sorted by pool. */
export async function readRuns(home: string): Promise<readonly PoolRun[]> {
  const files = (await readdir(folder(home)).catch(() => [])).filter((file) => file.endsWith(".json")).sort();
  const names = files.map((file) => decodeURIComponent(file.slice(0, -".json".length)));
  const runs = await Promise.all(names.map(async (name) => await readRun(home, name)));
  return runs.filter((run) => run !== undefined);
}

export async function writeRun(home: string, run: PoolRun): Promise<void> {
  const file = recordFile(home, run.pool);
  const draft = `${file}.${process.pid}`;
  makeFolder(folder(home), 0o700);
  await writeFile(draft, `${JSON.stringify(run)}\n`, { mode: 0o600 });
  await rename(draft, file);
}

/** Idempotent. The last one leaves no folder behind. */
export async function forgetRun(home: string, pool: string): Promise<void> {
  await rm(recordFile(home, pool), { force: true });
  await rm(runLog(home, pool), { force: true });
  await rmdir(folder(home)).catch(() => {});
}

export function runLog(home: string, pool: string): string {
  return join(folder(home), `${encodeURIComponent(pool)}.log`);
}

export function standingOfRun({ pid, beganAt, end }: PoolRun): RunStanding {
  if (end !== undefined) return end.how;
  const booted = Date.now() - uptime() * 1000;
  return beganAt > booted && isAlive(pid) ? "under way" : "killed";
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function folder(home: string): string {
  return join(home, "runs");
}

function recordFile(home: string, pool: string): string {
  return join(folder(home), `${encodeURIComponent(pool)}.json`);
}
