/** `lido pool down` and `lido pool status`: ends, or looks at, pools that were applied without a Pulumi program. */
import type { Roster } from "../../worker/index.ts";
import { runEngine } from "./engine-run.ts";
import { appliedPools, type PoolPointer, readPointer, removePointer } from "./pointer.ts";
import { rosterOnly, savedPool } from "./saved.ts";
import { freeStaleLock } from "./stale-lock.ts";
import { openStack, unknownPool } from "./workspace.ts";

const NOTHING = async (): Promise<void> => {};

export interface DownOptions {
  readonly names: readonly string[];
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Waits for jobs that run on the workers: cancel them before. @throws NotFoundError before anything is done when one is unknown */
export async function downPool({ names, report, signal }: DownOptions): Promise<void> {
  for (const name of names) if (readPointer(name) === undefined) throw unknownPool(name);
  for (const pool of names) {
    const open = await openStack({ pool, report, program: NOTHING, create: false });
    await freeStaleLock(open);
    const what = { what: `Removing pool '${pool}'`, report };
    await runEngine(open, what, (hooks) => open.stack.destroy({ ...hooks, ...(signal ? { signal } : {}) }));
    await open.stack.workspace.removeStack(open.stack.name);
    removePointer(pool);
  }
}

export interface PoolStatus {
  readonly pool: string;
  readonly pointer: PoolPointer;
  /** Absent when it never came up. */
  readonly roster?: Roster;
}

/** As the state has it; of all applied pools unless names are given. @throws NotFoundError */
export async function poolStatus({
  names = appliedPools(),
  report,
}: {
  readonly names?: readonly string[];
  readonly report: (line: string) => void;
}): Promise<PoolStatus[]> {
  const found: PoolStatus[] = [];
  for (const pool of names) {
    const pointer = readPointer(pool);
    if (pointer === undefined) throw unknownPool(pool);
    const open = await openStack({ pool, report, program: NOTHING, create: false });
    const saved = await savedPool(open);
    found.push({ pool, pointer, ...(saved === undefined ? {} : { roster: rosterOnly(saved.outputs) }) });
  }
  return found;
}
