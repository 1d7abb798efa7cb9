/** After a run, however it ended: the pool, the controller and the folder go, and what is still there is ended and told. */
import { setTimeout as delay } from "node:timers/promises";
import { run } from "./command.ts";
import { type LeftOver, leftOver } from "./left-over.ts";
import { LIDO, type Place, remove } from "./place.ts";

const LIMIT_MS = 90_000;
/** Milliseconds that processes which were told to end are given for it. */
const LEAVE_MS = 5_000;

/** @returns the processes that had to be killed; there should be none */
export async function cleanUp(place: Place): Promise<readonly LeftOver[]> {
  const lido = [process.execPath, LIDO] as const;
  // Each may fail: a run that ended early never made what it takes away.
  await attempt(place, ["pulumi", "cancel", "--yes", "--non-interactive"]);
  await attempt(place, [...lido, "jobs", "cancel", "--all", "--yes"]);
  await attempt(place, [...lido, "pool", "down", "--all", "--yes"]);
  await attempt(place, [
    "pulumi",
    "destroy",
    "--yes",
    "--skip-preview",
    "--non-interactive",
    "--config-file",
    place.config,
  ]);
  await attempt(place, [...lido, "controller", "stop"]);
  const left = await untilNoneLeft(place);
  for (const { pid } of left) kill(pid);
  remove(place);
  return left;
}

async function attempt(place: Place, argv: readonly [string, ...string[]]): Promise<void> {
  await run(argv, { env: place.env, limitMs: LIMIT_MS }).catch(() => undefined);
}

async function untilNoneLeft({ folder }: Place): Promise<readonly LeftOver[]> {
  const deadline = performance.now() + LEAVE_MS;
  let left = leftOver(folder);
  while (left.length > 0 && performance.now() < deadline) {
    await delay(50);
    left = leftOver(folder);
  }
  return left;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // ESRCH: it has ended by itself
  }
}
