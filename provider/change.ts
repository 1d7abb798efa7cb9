/** The engine's calls that act: create and update bring the pool to its inputs, delete brings it to nothing. One reconcile each. */
import { UserError } from "../spec/index.ts";
import { engineGone } from "./engine-watch.ts";
import { endOf, goalOf, policyOf } from "./goal.ts";
import type { CheckedInputs, PoolOutputs } from "./inputs.ts";
import { poolKeys } from "./keys.ts";
import { sourceOf } from "./known.ts";
import { machinesOf, type SourceOptions } from "./machines/source.ts";
import { PartialFailure } from "./partial-failure.ts";
import { type Goal, type Reconciled, reconcile } from "./reconcile.ts";
import { askedToStop } from "./stop-line.ts";

type Report = (line: string) => void;

/** @throws PartialFailure when some workers are not as wanted; the rest is there */
export async function applyInputs(
  inputs: CheckedInputs & { readonly __provider?: unknown },
  old: PoolOutputs | undefined,
  report: Report,
): Promise<PoolOutputs> {
  const { identity } = inputs;
  const keys = await poolKeys(identity, old?.privateKey);
  const { goal, fingerprint } = goalOf(inputs, keys, old);
  const source = sourceOf(inputs, keys, old);
  const { roster, lastWorkerId, reasons } = await reconcileWatched(goal, source, report);
  const { __provider } = inputs;
  const updatePolicy = policyOf(inputs);
  const scaling = inputs.spec.size;
  const outputs = { ...roster, fingerprint, lastWorkerId, updatePolicy, scaling, privateKey: keys.privateKey };
  if (reasons.length === 0) return outputs;
  const properties = __provider === undefined ? outputs : { ...outputs, __provider };
  throw new PartialFailure(identity, properties, reasons);
}

/** @throws UserError when something is left */
export async function removePool(old: PoolOutputs, report: Report): Promise<void> {
  const { identity, pool } = old;
  const keys = await poolKeys(identity, old.privateKey);
  const source = sourceOf(old, keys, old);
  const { reasons } = await reconcileWatched(endOf(old, keys), source, report);
  if (reasons.length > 0) throw new UserError(`${pool} could not be removed:\n${reasons.join("\n")}`);
}

function reconcileWatched(goal: Goal, source: SourceOptions, report: Report): Promise<Reconciled> {
  const machines = machinesOf(goal.infra, source);
  return reconcile(goal, { machines, report, signal: engineGone(), noMore: askedToStop() });
}
