/** `lido pool down`: ends pools that were applied without a Pulumi program. */
import { UserError } from "../../spec/index.ts";
import { forgetPointer, lidoHome, readPointer } from "../../worker/index.ts";
import { runEngine } from "./engine-run.ts";
import { tellHosts } from "./hosts-place.ts";
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
  /** Told each pool's name when it could not be removed; the others are gone on with. */
  readonly onFail?: (pool: string, error: unknown) => void;
  /** Asks to stop in order: what is under way on the workers comes to its end, and nothing more is begun. */
  readonly signal?: AbortSignal;
}

/**
 * One after the other; what fails keeps no other from going. Waits for jobs that run on the workers: cancel them before.
 * @throws NotFoundError before anything is done when one is unknown; at the end, what went wrong with each
 */
export async function downPool(options: DownOptions): Promise<void> {
  const { names, onDone, onFail, signal } = options;
  for (const name of names) if ((await readPointer(lidoHome(), name)) === undefined) throw await unknownPool(name);
  const errors: unknown[] = [];
  for (const pool of names) {
    signal?.throwIfAborted();
    try {
      await downOne(pool, options);
      onDone?.(pool);
    } catch (error) {
      if (signal?.aborted) throw error;
      errors.push(error);
      onFail?.(pool, error);
    }
  }
  if (errors.length > 0) throw allOf(errors, names.length);
}

async function downOne(pool: string, { report, onBegin, signal }: DownOptions): Promise<void> {
  const open = await openStack({ pool, report, program: NOTHING, create: false });
  signal?.throwIfAborted();
  await tellHosts(open.stack);
  await freeStaleLock(open);
  const words = { what: `Removing pool '${pool}'`, report, onBegin: () => onBegin?.(pool) };
  await runEngine(open, { ...words, ...(signal ? { signal } : {}) }, (hooks) => open.stack.destroy(hooks));
  await open.stack.workspace.removeStack(open.stack.name);
  await forgetPointer(lidoHome(), pool);
}

function allOf(errors: readonly unknown[], count: number): unknown {
  if (count === 1) return errors[0];
  const texts = errors.map((error) => (error instanceof Error ? error.message : String(error)));
  const codes = new Set(errors.map((error) => (error instanceof UserError ? error.exitCode : 1)));
  const [code = 1] = codes;
  return new UserError(`${errors.length} of ${count} pools could not be removed.\n${texts.join("\n")}`, {
    exitCode: codes.size === 1 ? code : 1,
    cause: errors[0],
  });
}
