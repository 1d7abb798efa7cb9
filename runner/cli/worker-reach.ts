/** What it takes to reach a pool's worker from here: the pool's key, and an address. */
import { readFile } from "node:fs/promises";
import { UserError } from "../../spec/errors.ts";
import type { Roster, Worker } from "../../worker/index.ts";
import type { Cli } from "./cli.ts";
import { unreachableRemedy } from "./pool-repair.ts";
import type { FoundWorker } from "./worker-find.ts";

/** @throws UserError when the pool's key is not on this computer */
export async function privateKeyOf({ ssh: { keyRef } }: Pick<Roster, "ssh">): Promise<string> {
  return await readFile(keyRef, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(
      `The pool's private key ${keyRef} cannot be read (${cause.code}).\nIt lies on the computer that made the pool: give this command there, or copy the key to the same path.`,
      { exitCode: 4, cause },
    );
  });
}

/** @throws UserError (exit code 8) for a worker that is still being made, or could not be */
export function requireAddress({ roster, worker }: FoundWorker): void {
  if (worker.host !== "" && worker.hostKey !== "") return;
  const why = worker.reason === "" ? "" : `: ${worker.reason}`;
  throw new UserError(
    `Worker ${worker.name} is ${worker.state} and has no address yet${why}.\n\`lido pool status ${roster.pool}\` shows how its pool stands.`,
    { exitCode: 8 },
  );
}

/** A connection to the worker. @throws UserError with what to do when it does not answer */
export async function reach(cli: Cli, found: FoundWorker, signal: AbortSignal): Promise<Worker> {
  const { connectTo } = await import("./worker-connect.ts");
  try {
    return await connectTo(found, signal);
  } catch (cause) {
    if (!(cause instanceof UserError) || cause.exitCode !== 5) throw cause;
    const what = cause.message.split("\n")[0] ?? "";
    throw new UserError(`${what}\n${await unreachableRemedy(cli, found.roster)}`, { exitCode: 5, cause });
  }
}
