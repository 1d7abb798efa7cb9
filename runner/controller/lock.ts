/**
 * One controller per user: an exclusive lock on a small SQLite file. The system drops it with the process, however it
 * ends, so a dead owner never blocks a new one and nobody has to judge whether a pid is alive.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UserError } from "../../spec/errors.ts";

export class AlreadyRunningError extends UserError {
  override readonly name: string = "AlreadyRunningError";
  constructor(folder: string, pid: string) {
    super(
      `Process ${pid} is the controller of ${folder} already. Nothing more is needed; to end it, run: lido controller stop`,
      { exitCode: 8 },
    );
  }
}

export interface Lock extends Disposable {
  readonly file: string;
}

/** @param folder the controller's folder; made if it is not there. @throws AlreadyRunningError */
export function takeLock(folder: string): Lock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "controller.lock");
  const pidFile = join(folder, "controller.pid");
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new AlreadyRunningError(folder, readOwner(pidFile));
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return { file, [Symbol.dispose]: () => database.close() };
}

/** SQLITE_BUSY */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}

const WAIT_MS = 1_000;
const LOOK_MS = 10;

/** The owner writes its pid right after it took the lock: what a dead one left there is not its. */
function readOwner(file: string): string {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const pid = readPid(file);
    if (pid !== undefined && isAlive(pid)) return String(pid);
    if (performance.now() > deadline) return "(not told yet)";
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
  }
}

function readPid(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
