/**
 * Decides what a change to a pool means for its workers: nothing, scale (none is touched that need not go), roll (every
 * worker is replaced gradually) or rebuild (another pool). Says which input caused it, in words. Compares hashes only.
 */
import type { PoolSize, UpdatePolicy } from "../spec/index.ts";
import { causesOf } from "./causes.ts";
import { canonical, type Fingerprint } from "./fingerprint.ts";
import { setting } from "./words.ts";

export interface Described {
  readonly identity: string;
  /** Where machines come from, such as `local` or `ssh/lab`. */
  readonly infra: string;
  /** How many workers there are to be now. */
  readonly size: number;
  readonly fingerprint: Fingerprint;
  readonly scaling: PoolSize;
  readonly updatePolicy: UpdatePolicy;
}

export type Change =
  | { readonly kind: "nothing" }
  /** `causes`: only what changed beside the count, such as `update policy changed: max_surge (maxSurge)`. */
  | { readonly kind: "scale"; readonly from: number; readonly to: number; readonly causes: readonly string[] }
  /** `causes`: such as `setup changed: line 3`. */
  | { readonly kind: "roll"; readonly from: number; readonly to: number; readonly causes: readonly string[] }
  | { readonly kind: "rebuild"; readonly causes: readonly string[] };

export function classify(old: Described, wanted: Described): Change {
  const identity = [
    ...(old.identity === wanted.identity ? [] : [`the pool's identity changed: ${old.identity} -> ${wanted.identity}`]),
    ...(old.infra === wanted.infra ? [] : [`infra changed: ${old.infra} -> ${wanted.infra}`]),
  ];
  if (identity.length > 0) return { kind: "rebuild", causes: identity };
  if (old.fingerprint.digest !== wanted.fingerprint.digest) {
    return { kind: "roll", from: old.size, to: wanted.size, causes: causesOf(old.fingerprint, wanted.fingerprint) };
  }
  const causes = [
    ...changedFields("autoscaling", limitsOf(old), limitsOf(wanted)),
    ...changedFields("update policy", old.updatePolicy, wanted.updatePolicy),
  ];
  if (old.size === wanted.size && causes.length === 0) return { kind: "nothing" };
  return { kind: "scale", from: old.size, to: wanted.size, causes };
}

/** The numbers of a fixed size say no more than the count itself. */
function limitsOf({ scaling: { min, max, ...rest } }: Described): object {
  return min === max ? rest : { minWorkers: min, maxWorkers: max, ...rest };
}

function changedFields(what: string, old: object, wanted: object): string[] {
  const [before, after] = [new Map(Object.entries(old)), new Map(Object.entries(wanted))];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const changed = names.filter((name) => canonical([before.get(name)]) !== canonical([after.get(name)]));
  return changed.length === 0 ? [] : [`${what} changed: ${changed.toSorted().map(setting).join(", ")}`];
}
