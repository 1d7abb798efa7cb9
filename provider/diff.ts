/** Second of the engine's calls: says whether anything is to be done, and tells it in words. Compares with the state only; changes nothing. */
import { budgetOf } from "./budget.ts";
import { classify } from "./classify.ts";
import { canonical } from "./fingerprint.ts";
import { fingerprintOfInputs, policyOf, sizeOf } from "./goal.ts";
import type { CheckedInputs, PoolOutputs } from "./inputs.ts";
import { infraOf } from "./machines/source.ts";
import { previewOf } from "./preview.ts";
import { observedFromRoster } from "./roster.ts";
import { isUnknown } from "./unknown.ts";

export interface DiffAnswer {
  readonly changes: boolean;
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
}

export function diffPool(old: PoolOutputs, inputs: CheckedInputs, report: (line: string) => void): DiffAnswer {
  if (isUnknown(inputs)) {
    report(`${old.pool}: what changes is known only when the resources that it depends on are made`);
    return { changes: true };
  }
  const fingerprint = fingerprintOfInputs(inputs, old.privateKey);
  const size = sizeOf(inputs.spec.size, old.size.target);
  const wanted = { identity: inputs.identity, infra: infraOf(inputs.spec), size: size.target, fingerprint };
  const change = classify({ ...old, size: old.size.target }, wanted);
  const desired = { pool: inputs.pool, size: size.target, fingerprint: fingerprint.digest };
  const observed = observedFromRoster(old, old.fingerprint.digest, old.lastWorkerId);
  const words = previewOf(change, desired, observed, budgetOf(policyOf(inputs), size.target));
  if (words !== undefined) report(`${inputs.pool}: ${words}`);
  if (change.kind === "rebuild") return { changes: true, replaces: ["identity"], deleteBeforeReplace: false };
  const policyChanged = canonical(policyOf(inputs)) !== canonical(old.updatePolicy);
  return { changes: words !== undefined || policyChanged || canonical(size) !== canonical(old.size) };
}
