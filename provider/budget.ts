/**
 * Decides how many workers a pool may have at most, and how many must be ready at least, while it changes. Rounds as
 * Kubernetes does: surge up, unavailable down. Size 10 with `"25%"` of both: at most 13 workers, at least 8 ready.
 */
import type { UpdatePolicy } from "../spec/index.ts";

export interface Budget {
  readonly mode: "rolling" | "blue_green";
  /** Workers above the pool's size at any time. */
  readonly surge: number;
  /** Ready workers below the pool's size at any time, by the change's own doing. */
  readonly unavailable: number;
  /** So many new workers must be ready before the rest of a roll; 0: no canaries. */
  readonly canary: number;
  /** Milliseconds after which a busy leaving worker is removed all the same; absent: never. */
  readonly drainTimeoutMs?: number;
  /** Milliseconds after which a change stops where it is; absent: never. */
  readonly maxDurationMs?: number;
}

/** Of a checked policy: what could never work was refused where it was written. */
export function budgetOf(policy: UpdatePolicy, size: number): Budget {
  const { mode = "rolling", drainTimeout, maxDuration } = policy;
  const { surge, unavailable } = mode === "blue_green" ? { surge: size, unavailable: 0 } : limitsOf(policy, size);
  return {
    mode,
    surge,
    unavailable,
    canary: policy.canary ?? 0,
    ...(drainTimeout === undefined ? {} : { drainTimeoutMs: drainTimeout * 1000 }),
    ...(maxDuration === undefined ? {} : { maxDurationMs: maxDuration * 1000 }),
  };
}

function limitsOf(policy: UpdatePolicy, size: number): { readonly surge: number; readonly unavailable: number } {
  const surge = Math.ceil(share(policy.maxSurge ?? 1, size));
  const unavailable = Math.floor(share(policy.maxUnavailable ?? 0, size));
  // As in Kubernetes: percentages that round to nothing on both sides would stop every change, so one may be missing.
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function share(value: number | string, size: number): number {
  return typeof value === "number" ? value : (Number.parseFloat(value) * size) / 100;
}
