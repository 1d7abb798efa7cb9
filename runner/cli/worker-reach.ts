/** What it takes to reach a pool's worker from here: the pool's key, and an address. */
import { readFile } from "node:fs/promises";
import { UserError } from "../../spec/errors.ts";
import type { Roster, Worker } from "../../worker/index.ts";
import { type CordonChange, type CordonOutcome, changeCordon } from "../cordon.ts";
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

/**
 * Over the connection that a running controller has, else over one of its own, which takes longer. Either way it is done
 * by the worker, and everybody who is connected to it hears it. @throws UserError with what to do when it does not answer
 */
export async function changeCordonOf(cli: Cli, found: FoundWorker, change: CordonChange): Promise<CordonOutcome> {
  const signal = cli.interrupted();
  const outcome = await throughController(cli, found, { change, signal });
  if (outcome !== null) return outcome;
  await using worker = await reach(cli, found, signal);
  return await changeCordon(worker, worker.hello.cordon, change);
}

/** A connection that died a moment ago is not known to be dead yet. */
const ANSWER_MS = 2_000;

async function throughController(
  { home }: Cli,
  { roster, worker }: FoundWorker,
  { change, signal }: { readonly change: CordonChange; readonly signal: AbortSignal },
): Promise<CordonOutcome | null> {
  const enough = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  const { connectRunning } = await import("../client/index.ts");
  try {
    await using connection = await connectRunning(home);
    const params = { pool: roster.identity, worker: worker.id, change };
    return (await connection?.call("cordon", params, { signal: enough })) ?? null;
  } catch (error) {
    signal.throwIfAborted();
    // What the worker refuses it says again; a controller of another version may not know the question.
    if (error instanceof UserError || enough.aborted) return null;
    throw error;
  }
}

async function reach(cli: Cli, found: FoundWorker, signal: AbortSignal): Promise<Worker> {
  const { connectTo } = await import("./worker-connect.ts");
  try {
    return await connectTo(found, signal);
  } catch (cause) {
    if (!(cause instanceof UserError) || cause.exitCode !== 5) throw cause;
    const what = cause.message.split("\n")[0] ?? "";
    throw new UserError(`${what}\n${await unreachableRemedy(cli, found.roster)}`, { exitCode: 5, cause });
  }
}
