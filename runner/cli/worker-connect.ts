/** What it takes to reach a pool's worker from here: the pool's key, and where the worker is. */
import { readFile } from "node:fs/promises";
import { UserError } from "../../spec/errors.ts";
import { connectWorker, poolKey, type Roster, type Worker } from "../../worker/index.ts";
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

/** @throws UserError when the worker has no address yet, or its pool no key here; ConnectionError */
export async function connectTo({ roster, worker }: FoundWorker, signal: AbortSignal): Promise<Worker> {
  requireAddress({ roster, worker });
  const { name, host, port, hostKey, jump, user = roster.ssh.user } = worker;
  const way = jump === undefined ? {} : { jump };
  const endpoint = { name, host, port, user, hostKey, poolKey: poolKey(roster.identity), ...way };
  return await connectWorker(endpoint, { privateKey: await privateKeyOf(roster), signal });
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
