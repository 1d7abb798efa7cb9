/**
 * Ends one local worker: its server, its mounted buckets, its slots' supervisors, jobs and whatever its setup left running;
 * then its folder. Never deletes while anything is mounted below it: what is in a bucket is not the worker's.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../../spec/index.ts";
import { quote } from "../../../worker/index.ts";
import { pauseAt } from "../../pause.ts";
import { unmountSnippet } from "../../prepare/index.ts";
import { refuseMounted, removeUnmounted } from "./mounted.ts";
import { processesOfHome } from "./processes.ts";
import { stopServer } from "./server-process.ts";

const GRACE_MS = 3_000;
const KILL_MS = 5_000;
/** Half a minute for uploads, and some for rclone to end. */
const UNMOUNT_MS = 60_000;

/** @throws UserError when something is left; the folder stays then, as the record of it. */
export async function terminateWorker(folder: string, name: string): Promise<void> {
  await stopServer(folder);
  const home = join(folder, "home");
  await unmountBuckets(home);
  const left = (await endAll(home, "SIGTERM", GRACE_MS)) && (await endAll(home, "SIGKILL", KILL_MS));
  if (left) {
    throw new UserError(
      `${name}: processes ${processesOfHome(home).join(", ")} cannot be ended, so its folder ${folder} stays. End them, then run this again.`,
      { exitCode: 8 },
    );
  }
  await refuseMounted(folder, name);
  // Its name first: half a folder is no worker, and the next run sweeps it away.
  const gone = `${folder}.gone`;
  await rename(folder, gone).catch(orAbsent);
  await pauseAt("terminate", "half", Number(basename(folder)));
  await removeUnmounted(gone, name);
}

function orAbsent(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}

/** As well as it goes; whether all is unmounted is looked at by itself, right before anything is deleted. */
async function unmountBuckets(home: string): Promise<void> {
  const pools = await readdir(join(home, ".lido")).catch(() => []);
  for (const pool of pools.filter((name) => existsSync(join(home, ".lido", name, "buckets")))) {
    const snippet = unmountSnippet(quote(join(home, ".lido", pool)), []);
    const over = Promise.withResolvers<void>();
    const env = { PATH: process.env.PATH, HOME: home };
    execFile("/bin/sh", ["-c", snippet], { env, timeout: UNMOUNT_MS }, () => over.resolve());
    await over.promise;
  }
}

/** True when some are still there after `patienceMs`. */
async function endAll(home: string, signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  const told = new Set<number>();
  for (;;) {
    const pids = processesOfHome(home);
    if (pids.length === 0) return false;
    if (Date.now() > deadline) return true;
    for (const pid of pids.filter((other) => !told.has(other))) {
      told.add(pid);
      tell(pid, signal);
    }
    await delay(20);
  }
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}
