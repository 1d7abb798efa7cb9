/**
 * Decides which of several processes may change a local pool. Each holder is a numbered file that is created by an
 * atomic link: to take over from a dead or finished holder n is to create n + 1, and only one process can. A living
 * holder is waited for and never robbed.
 */

import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { link, readdir, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../../spec/index.ts";
import type { PoolLock } from "../machines.ts";
import { writeJson } from "./json-file.ts";
import { makeFolder, notWritable } from "./paths.ts";
import { processStart } from "./process-start.ts";

interface Holder {
  readonly pid: number;
  readonly start: string;
  readonly released: boolean;
}

export interface LockOptions {
  readonly signal: AbortSignal;
  /** Milliseconds to wait for a living holder; 20,000 unless told. */
  readonly patienceMs?: number;
}

export async function lockPool(folder: string, pool: string, options: LockOptions): Promise<PoolLock> {
  const locks = join(folder, "reconcilers");
  const deadline = Date.now() + (options.patienceMs ?? 20_000);
  for (;;) {
    options.signal.throwIfAborted();
    // Who removed the pool before us took the folder with it.
    await makeFolder(locks);
    const newest = await newestHolder(locks);
    const living = newest.holder !== undefined && isAlive(newest.holder);
    if (!living && (await take(locks, newest.number + 1))) return heldLock(locks, newest.number + 1);
    if (living && Date.now() > deadline) throw stillHeld(pool, newest.holder.pid);
    if (living) await delay(200, undefined, { signal: options.signal });
  }
}

function stillHeld(pool: string, pid: number): UserError {
  return new UserError(
    `Process ${pid} on this computer is changing the pool ${pool} right now. Wait until it is done, or end it (kill ${pid}), then run this again.`,
    { exitCode: 8 },
  );
}

async function newestHolder(locks: string): Promise<{ readonly number: number; readonly holder?: Holder }> {
  const numbers = (await readdir(locks)).filter((name) => /^\d+$/.test(name)).map(Number);
  const number = Math.max(0, ...numbers);
  if (number === 0) return { number };
  try {
    return { number, holder: JSON.parse(await readFile(join(locks, String(number)), "utf8")) as Holder };
  } catch {
    return { number };
  }
}

function isAlive({ pid, start, released }: Holder): boolean {
  return !released && processStart(pid) === start;
}

async function take(locks: string, number: number): Promise<boolean> {
  const mine: Holder = { pid: process.pid, start: processStart(process.pid) ?? "", released: false };
  const draft = join(locks, `draft-${randomUUID()}`);
  try {
    await writeFile(draft, JSON.stringify(mine), { mode: 0o600 });
    await link(draft, join(locks, String(number)));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw notWritable(locks, cause);
  } finally {
    await rm(draft, { force: true });
  }
  for (const name of await readdir(locks)) {
    if (/^\d+$/.test(name) && Number(name) < number) await unlink(join(locks, name)).catch(() => {});
  }
  return true;
}

function heldLock(locks: string, number: number): PoolLock {
  const file = join(locks, String(number));
  return {
    isHeld: () => existsSync(file) && !existsSync(join(locks, String(number + 1))),
    async [Symbol.asyncDispose]() {
      // It stays as a milestone, or a number could be taken twice; it goes with the pool's folder.
      if (existsSync(file)) await writeJson(file, { pid: process.pid, start: "", released: true } satisfies Holder);
    },
  };
}
