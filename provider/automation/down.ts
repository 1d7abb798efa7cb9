/** `lido pool down`: ends pools that were applied without a Pulumi program. */
import { forgetPointer, lidoHome, readPointer } from "../../worker/index.ts";
import { runEngine } from "./engine-run.ts";
import { freeStaleLock } from "./stale-lock.ts";
import { openStack, unknownPool } from "./workspace.ts";

const NOTHING = async (): Promise<void> => {};

export interface DownOptions {
  readonly names: readonly string[];
  readonly report: (line: string) => void;
  /** Told each pool's name when the engine begins to remove it. */
  readonly onBegin?: (pool: string) => void;
  /** Told each pool's name when nothing of it is left. */
  readonly onDone?: (pool: string) => void;
  /** Asks the engine to stop in order. */
  readonly signal?: AbortSignal;
}

/** Waits for jobs that run on the workers: cancel them before. @throws NotFoundError before anything is done when one is unknown */
export async function downPool({ names, report, onBegin, onDone, signal }: DownOptions): Promise<void> {
  for (const name of names) if ((await readPointer(lidoHome(), name)) === undefined) throw await unknownPool(name);
  for (const pool of names) {
    const open = await openStack({ pool, report, program: NOTHING, create: false });
    signal?.throwIfAborted();
    await freeStaleLock(open);
    const what = { what: `Removing pool '${pool}'`, report, onBegin: () => onBegin?.(pool) };
    await runEngine(open, what, (hooks) => open.stack.destroy({ ...hooks, ...(signal ? { signal } : {}) }));
    await open.stack.workspace.removeStack(open.stack.name);
    await forgetPointer(lidoHome(), pool);
    onDone?.(pool);
  }
}
