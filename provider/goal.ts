/** Turns the resource's inputs and outputs into what a reconcile needs. Pure but for the keys it is given. */
import type { PoolSpec, UpdatePolicy } from "../spec/index.ts";
import type { Roster } from "../worker/index.ts";
import { budgetOf } from "./budget.ts";
import { type Fingerprint, fingerprintKey, fingerprintOf } from "./fingerprint.ts";
import type { CheckedInputs, PoolOutputs } from "./inputs.ts";
import type { PoolKeys } from "./keys.ts";
import { infraOf } from "./machines/source.ts";
import type { Goal, Known } from "./reconcile.ts";

const NOTHING_KNOWN: Known = {
  fingerprint: "",
  generation: 0,
  epoch: 0,
  lastWorkerId: 0,
  size: { target: 0, min: 0, max: 0 },
  workers: [],
};

/** The spec with the secrets that travel beside it. */
export function fullSpec({ spec, secrets }: CheckedInputs): PoolSpec {
  return { ...spec, secrets };
}

export function policyOf({ spec }: CheckedInputs): UpdatePolicy {
  return spec.updatePolicy ?? {};
}

export function fingerprintOfInputs(inputs: CheckedInputs, privateKey: string): Fingerprint {
  return fingerprintOf(fullSpec(inputs), inputs.content, fingerprintKey(privateKey));
}

/** A pool that scales by itself keeps its count while that is within the limits. */
export function sizeOf({ min, max }: PoolSpec["size"], present: number | undefined): Roster["size"] {
  return { target: Math.min(max, Math.max(min, present ?? min)), min, max };
}

export interface Wanted {
  readonly goal: Goal;
  readonly fingerprint: Fingerprint;
}

export function goalOf(inputs: CheckedInputs, keys: PoolKeys, old: PoolOutputs | undefined): Wanted {
  const fingerprint = fingerprintOfInputs(inputs, keys.privateKey);
  const size = sizeOf(inputs.spec.size, old?.size.target);
  const goal = {
    pool: inputs.pool,
    identity: inputs.identity,
    infra: infraOf(inputs.spec),
    size,
    fingerprint: fingerprint.digest,
    budget: budgetOf(policyOf(inputs), size.target),
    keys,
    spec: fullSpec(inputs),
    content: inputs.content,
    known: knownFrom(old),
  };
  return { goal, fingerprint };
}

/** Of a pool that is to be removed: no worker is wanted. */
export function endOf(old: PoolOutputs, keys: PoolKeys): Goal {
  return {
    pool: old.pool,
    identity: old.identity,
    infra: old.infra,
    size: { target: 0, min: 0, max: 0 },
    fingerprint: old.fingerprint.digest,
    budget: budgetOf(old.updatePolicy, old.size.target),
    keys,
    known: knownFrom(old),
  };
}

function knownFrom(old: PoolOutputs | undefined): Known {
  if (old === undefined) return NOTHING_KNOWN;
  const { fingerprint, generation, epoch, lastWorkerId, size, workers } = old;
  return { fingerprint: fingerprint.digest, generation, epoch, lastWorkerId, size, workers };
}
