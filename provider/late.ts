/** Says what a change left undone when its `maxDuration` was over: one sentence per worker that is not as wanted. Pure. */
import { keepFirst } from "./order.ts";
import { limitInWords } from "./progress.ts";
import type { Goal } from "./reconcile.ts";
import type { Sight } from "./roster.ts";
import type { ObservedWorker } from "./steps.ts";
import { counted, workers } from "./words.ts";

export function lateReasons(
  { pool, size, fingerprint, budget }: Pick<Goal, "pool" | "size" | "fingerprint" | "budget">,
  sights: readonly Sight[],
): string[] {
  const over = `maxDuration (${limitInWords(budget.maxDurationMs ?? 0)}) is over; the next pulumi up goes on`;
  const wanted = sights.map(({ worker }) => worker).filter((worker) => worker.fingerprint === fingerprint);
  const kept = new Set(wanted.toSorted(keepFirst).slice(0, size.target));
  const reasons = sights.flatMap(({ worker, reason }): string[] => {
    if (reason !== "") return [`${worker.name}: ${reason}`];
    if (kept.has(worker)) return worker.phase === "ready" ? [] : [`${worker.name}: not set up yet: ${over}`];
    const isReplaced = size.target > 0 && worker.fingerprint !== fingerprint;
    return [`${worker.name}: not ${isReplaced ? "replaced" : "removed"} yet${jobsOf(worker)}: ${over}`];
  });
  const standIns = sights.length - wanted.length;
  const missing = size.target - kept.size - standIns;
  return missing > 0 ? [...reasons, `${pool}: ${workers(missing)} not made yet: ${over}`] : reasons;
}

function jobsOf({ busy }: ObservedWorker): string {
  return busy === 0 ? "" : `, with ${counted(busy, "unfinished job")}`;
}
