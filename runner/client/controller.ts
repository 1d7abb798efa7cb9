/**
 * A connection to the controller of this user: to the one that runs, or to one started for it. It decides when a
 * controller must be started or replaced. It never ends a job: a controller may come and go while jobs run.
 */
import { setTimeout as delay } from "node:timers/promises";
import { isOlder } from "../../tools/pulumi/version.ts";
import type { Connection } from "./connection.ts";
import { ControllerStartError } from "./errors.ts";
import { greetRunning } from "./running.ts";
import type { StartOptions } from "./start.ts";
import { packageVersion } from "./version.ts";

export interface ControllerOptions extends StartOptions {
  /** Told, one sentence at a time, what is done before the connection stands. */
  readonly onNote?: (text: string) => void;
  /** The version that the controller must have; this package's unless told. */
  readonly version?: string;
}

/** Milliseconds that an old controller is given to leave. */
const LEAVE_MS = 10_000;
const LOOK_MS = 5;

/** Connects to a controller of this version, starting one if need be. @throws ControllerStartError */
export async function connectController(options: ControllerOptions): Promise<Connection> {
  const found = await greetRunning(options.home);
  if (found === undefined) return await start(options);
  const { connection: running, version } = found;
  const wanted = options.version ?? packageVersion();
  if (version === wanted) return running;
  if (isOlder(wanted, version)) throw await older(running, version, wanted);
  options.onNote?.(`The controller is of version ${version}; it is replaced by version ${wanted}. Running jobs go on.`);
  await stopController(running);
  return await start(options);
}

/** What a newer version wrote an older one can't read, so it does not take over from it. */
async function older(running: Connection, version: string, wanted: string): Promise<ControllerStartError> {
  await running.close();
  return new ControllerStartError(
    `The controller that runs is of version ${version}, this is the older version ${wanted}.\nUse version ${version} here, or end the other one with its \`lido controller stop\` and set LIDO_HOME to another folder.`,
    { exitCode: 8 },
  );
}

/** Loaded only when one must be started: most commands find it running. */
async function start(options: StartOptions): Promise<Connection> {
  const { startController } = await import("./start.ts");
  return await startController(options);
}

/**
 * Tells the controller to end and waits until its process has: only then is its database closed, and may be copied.
 * Running jobs go on. @throws ControllerStartError
 */
export async function stopController(connection: Connection): Promise<void> {
  const { pid } = await connection.call("hello", {});
  const deadline = Date.now() + LEAVE_MS;
  await connection.call("stop", {});
  while (isThere(pid) && Date.now() < deadline) await delay(LOOK_MS);
  if (isThere(pid)) {
    throw new ControllerStartError(
      `The controller was told to end and still runs after ${LEAVE_MS / 1000} s.\nSee \`lido controller status\` for its pid and its log.`,
      { exitCode: 9 },
    );
  }
}

/** It is this user's, and on this computer. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
