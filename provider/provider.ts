/**
 * What the dynamic provider object of every `WorkerPool` calls, in whatever version of Lido is installed: the module
 * behind `lido/provider`. States of old versions call these names with their old outputs, so names and arguments stay.
 * It must load without top-level await, since it is loaded by `require`.
 */
import { UserError } from "../spec/index.ts";
import { isOlder } from "../tools/pulumi/version.ts";
import { type CheckAnswer, checkPool } from "./check.ts";
import { type DiffAnswer, diffPool } from "./diff.ts";
import { driftOf } from "./drift.ts";
import { engineGone } from "./engine-watch.ts";
import type { CheckedInputs, PoolInputs, PoolOutputs } from "./inputs.ts";
import { printNoMore } from "./print-no-more.ts";

/** package.json's `engines` says the same. */
const OLDEST_NODE = "22.13.0";

// Loaded when they are needed: a comparison makes no connection, and each phase of the engine pays its process's start anew.
const change = () => import("./change.ts");
const reading = () => import("./read.ts");

/** Before anything is made or ended: a method that is missing in the middle of a change would leave half of it. */
function refuseOldNode(): void {
  if (!isOlder(process.versions.node, OLDEST_NODE)) return;
  throw new UserError(
    `Lido needs Node.js ${OLDEST_NODE} or newer, and this program runs with ${process.versions.node}.\nPut a newer Node.js first on PATH and run pulumi again. Nothing was changed.`,
  );
}

/** The engine shows each line to the user at once. */
function report(line: string): void {
  console.log(line);
}

/**
 * Pools whose present inputs were checked and not compared yet. The engine also compares in a refresh, straight after
 * `read`, with the inputs of the state: of that nothing is told, since nobody is about to go back to them.
 */
const asked = new Set<string>();

export async function configure(): Promise<void> {}

export async function check(old: Partial<PoolInputs>, inputs: PoolInputs): Promise<CheckAnswer> {
  asked.add(inputs.identity);
  return plainly(() => checkPool(old, inputs, report));
}

export async function diff(_id: string, old: PoolOutputs, inputs: CheckedInputs): Promise<DiffAnswer> {
  return plainly(async () => diffPool(old, inputs, asked.delete(inputs.identity) ? report : undefined));
}

export async function create(inputs: CheckedInputs): Promise<{ readonly id: string; readonly outs: PoolOutputs }> {
  return plainly(async () => ({
    id: inputs.identity,
    outs: await (await change()).applyInputs(inputs, undefined, report),
  }));
}

/** Without an id the engine takes the pool out of its state, and the next `up` makes it anew. */
export async function read(
  id: string,
  old: PoolOutputs,
): Promise<{ readonly id: string; readonly props: Partial<PoolOutputs> }> {
  return plainly(async () => {
    const found = await (await reading()).readPool(old);
    const drift = found && driftOf(old.workers, found.workers);
    if (drift !== undefined) report(`${old.pool}: ${drift}`);
    if (found !== undefined) return { id, props: found };
    report(`${old.pool}: all of its ${old.workers.length} workers are gone`);
    return { id: "", props: {} };
  });
}

export async function update(
  _id: string,
  old: PoolOutputs,
  inputs: CheckedInputs,
): Promise<{ readonly outs: PoolOutputs }> {
  return plainly(async () => ({ outs: await (await change()).applyInputs(inputs, old, report) }));
}

async function remove(_id: string, old: PoolOutputs): Promise<void> {
  return plainly(async () => (await change()).removePool(old, report));
}

export { remove as delete };

let calls = 0;

/** The provider process of a killed engine would stay for ever, with nobody to end it. */
function exitWhenOrphaned(): void {
  if (calls === 0 && engineGone().aborted) process.exit(1);
}

/** Pulumi prints the stack of whatever is thrown: of what the user can mend, the message is enough. */
async function plainly<T>(work: () => Promise<T>): Promise<T> {
  calls += 1;
  engineGone().addEventListener("abort", exitWhenOrphaned, { once: true });
  try {
    refuseOldNode();
    return await work();
  } catch (error) {
    if (error instanceof UserError) {
      error.stack = "";
      printNoMore(error);
    }
    throw error;
  } finally {
    calls -= 1;
    exitWhenOrphaned();
  }
}
