/** Where a local pool and its workers lie on this computer, and the sentence when that place cannot be written. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../../spec/index.ts";
import { lidoHome, poolKey } from "../../../worker/index.ts";

/** `~/.lido/local/<pool>`; all of it belongs to the pool and goes with it. */
export function poolFolder(identity: string): string {
  return join(lidoHome(), "local", poolKey(identity));
}

export function workersFolder(identity: string): string {
  return join(poolFolder(identity), "workers");
}

export function workerFolder(identity: string, id: number): string {
  return join(workersFolder(identity), String(id));
}

/** Makes the folder for its owner only. @throws UserError when it cannot be written */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw notWritable(folder, cause);
  }
}

export function notWritable(path: string, cause: unknown): UserError {
  const why = cause instanceof Error ? cause.message.replace(/, \w+ '.*'$/, "") : String(cause);
  return new UserError(
    `Cannot write ${path}: ${why}. Local workers live there: make the folder writable and its disk not full, or set LIDO_HOME to another folder.`,
    { cause },
  );
}

export function notReadable(path: string, cause: unknown): UserError {
  const why = cause instanceof Error ? cause.message.replace(/, \w+ '.*'$/, "") : String(cause);
  return new UserError(
    `Cannot read ${path}: ${why}. Local workers live there: make it readable, then run this again.`,
    {
      cause,
    },
  );
}
