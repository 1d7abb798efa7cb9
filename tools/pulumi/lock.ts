/**
 * One maker at a time per engine. The lock is an exclusive transaction on an empty SQLite file, which the kernel holds
 * for the process and frees at its death, however it dies: nothing is ever stale, no pid is trusted, no age is guessed.
 */

import type { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 250;
const SQLITE_BUSY = 5;

export interface LockOptions {
  readonly signal: AbortSignal | undefined;
  /** Runs `wait` once if somebody else holds the lock; it ends by itself when the lock is had. */
  readonly whileHeld: <T>(wait: () => Promise<T>) => Promise<T>;
}

/** Waits until this process holds the lock; disposing of the result frees it. Rejects with an aborted signal's reason. */
export async function acquireLock(file: string, { signal, whileHeld }: LockOptions): Promise<Disposable> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    if (!tryLock(database)) {
      await whileHeld(async () => {
        while (!tryLock(database)) await delay(POLL_MS, undefined, { signal });
      });
    }
  } catch (error) {
    database.close();
    signal?.throwIfAborted();
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec("PRAGMA journal_mode = MEMORY"); // nothing is ever written, so a journal file would only be litter
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
