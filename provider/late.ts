/** Says what a change left undone when its `maxDuration` was over: one sentence per worker that is not as wanted. Pure. */
import { keepFirst } from "./order.ts";
import { limitInWords } from "./progress.ts";
import type { Goal } from "./reconcile.ts";
import type { Sight } from "./roster.ts";
import type { ObservedWorker } from "./steps.ts";

export function lateReasons(
  { pool, size, fingerprint, budget }: Pick<Goal, "pool" | "size" | "fingerprint" | "budget">,
  sights: readonly Sight[],
): string[] {
  const over = `maxDuration (${limitInWords(budget.maxDurationMs ?? 0)}) is over; the next pulumi up goes on`;
  const wanted = sights.map(({ worker }) => worker).filter((worker) => worker.fingerprint === fingerprint);
  const kept = new Set(wanted.toSorted(keepFirst).slice(0, size.target));
  const leaving = sights.length - kept.size;
  const replaced = Math.min(leaving, size.target - kept.size);
  const reasons = sights.flatMap(({ worker, reason }): string[] => {
    if (reason !== "") return [`${worker.name}: ${reason}`];
    if (!kept.has(worker))
      return [`${worker.name}: not ${replaced > 0 ? "replaced" : "removed"} yet${busy(worker)}: ${over}`];
    return worker.phase === "ready" ? [] : [`${worker.name}: not set up yet: ${over}`];
  });
  const missing = size.target - kept.size - replaced;
  if (missing === 0) return reasons;
  return [...reasons, `${pool}: ${missing} worker${missing === 1 ? "" : "s"} not made yet: ${over}`];
}

function busy({ busy: count }: ObservedWorker): string {
  return count === 0 ? "" : `, with ${count} unfinished job${count === 1 ? "" : "s"}`;
}
