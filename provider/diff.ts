/** Second of the engine's calls: says whether anything is to be done, and tells it in words. Compares with the state; changes nothing. */
import { budgetOf } from "./budget.ts";
import { classify } from "./classify.ts";
import { fingerprintOfInputs, policyOf, sizeOf } from "./goal.ts";
import type { CheckedInputs, PoolOutputs } from "./inputs.ts";
import { infraOf } from "./machines/infra.ts";
import { previewOf, type Scene } from "./preview.ts";
import { observedFromRoster } from "./roster.ts";
import { isUnknown } from "./unknown.ts";

export interface DiffAnswer {
  readonly changes: boolean;
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
}

/** `report` is absent in a refresh: the engine asks then what would lead back to the old inputs, which nobody will do. */
export async function diffPool(
  old: PoolOutputs,
  inputs: CheckedInputs,
  report?: (line: string) => void,
): Promise<DiffAnswer> {
  if (isUnknown(inputs)) {
    report?.(`${old.pool}: what changes is known only when the resources that it depends on are made`);
    return { changes: true };
  }
  const fingerprint = fingerprintOfInputs(inputs, old.privateKey);
  const { target } = sizeOf(inputs.spec.size, old.size.target);
  const [scaling, updatePolicy] = [inputs.spec.size, policyOf(inputs)];
  const infra = infraOf(inputs.spec);
  const wanted = { identity: inputs.identity, infra, size: target, fingerprint, scaling, updatePolicy };
  const change = classify({ ...old, size: old.size.target }, wanted);
  const scene: Scene = {
    desired: { pool: inputs.pool, size: target, fingerprint: fingerprint.digest },
    observed: observedFromRoster(old, old.fingerprint.digest, old.lastWorkerId),
    budget: budgetOf(updatePolicy, target),
    hourlyCost: meanCost(old),
  };
  if (change.kind === "nothing" && previewOf(change, scene) === undefined) return { changes: false };
  if (report !== undefined) {
    // Only now: to count free machines may take a look at each of them.
    const { limitOf } = await import("./limit.ts");
    const limit = change.kind === "rebuild" ? undefined : await limitOf(old, inputs);
    const found = limit === undefined ? {} : { limit: limit.count, outOfReach: limit.reasons };
    const observed = { ...scene.observed, ...found };
    report(`${inputs.pool}: ${previewOf(change, { ...scene, observed }) ?? ""}`);
  }
  // The new pool would have the old one's name on every machine, so it must be gone by then.
  return change.kind === "rebuild"
    ? { changes: true, replaces: ["identity"], deleteBeforeReplace: true }
    : { changes: true };
}

/** Of the workers whose cost is known. */
function meanCost({ workers }: PoolOutputs): number {
  const known = workers.map(({ hourlyCost }) => hourlyCost).filter((cost) => cost > 0);
  return known.length === 0 ? 0 : known.reduce((sum, cost) => sum + cost, 0) / known.length;
}
