/**
 * Decides how far a replacement of workers may go now: only the canaries, only the new workers (blue and green), or all
 * of it. Without memory, from what was seen alone: canaries passed when that many workers of the wanted kind are ready.
 */
import type { Budget } from "./budget.ts";
import type { Desired, Observed, ObservedWorker } from "./steps.ts";

export interface Rollout {
  /**
   * `canary`: only so many new workers; old ones leave only where else there is no room for these. `stopped`: a canary
   * failed, everything stays as it is. `green`: as many new workers as the pool has, the old ones stay. `open`: all of it.
   */
  readonly stage: "canary" | "stopped" | "green" | "open";
  /** How many workers of the wanted kind there may be. */
  readonly most: number;
}

/** `kept`: the workers of the wanted kind that stay. */
export function rolloutOf(desired: Desired, { observed, budget, kept }: Seen): Rollout {
  const all: Rollout = { stage: "open", most: desired.size };
  if (!observed.workers.some((worker) => isOld(worker, desired))) return all;
  const ready = kept.filter(({ phase }) => phase === "ready").length;
  const canaries = canariesOf(desired, budget);
  if (ready < canaries) {
    const failed = kept.some(({ phase }) => phase === "failed" || phase === "unknown");
    return { stage: failed ? "stopped" : "canary", most: canaries };
  }
  return budget.mode === "blue_green" && ready < desired.size ? { ...all, stage: "green" } : all;
}

interface Seen {
  readonly observed: Observed;
  readonly budget: Budget;
  readonly kept: readonly ObservedWorker[];
}

export function canariesOf({ size }: Desired, { canary }: Budget): number {
  return Math.min(canary, size);
}

/** Of another kind, and it served: what never became ready is no reason to be careful. */
function isOld({ fingerprint, phase }: ObservedWorker, desired: Desired): boolean {
  return fingerprint !== desired.fingerprint && (phase === "ready" || phase === "down" || phase === "unknown");
}

/** As many workers as there may be at any time: the surge shrinks to the machines that can be had. */
export function mostWorkers(
  { size }: Desired,
  { limit = Number.POSITIVE_INFINITY }: Observed,
  { surge }: Budget,
): number {
  return Math.min(size + surge, limit);
}

/** As many ready workers as there must be at any time, if only the change were to blame. */
export function leastReady({ size }: Desired, { unavailable }: Budget): number {
  return Math.max(0, size - unavailable);
}
