/**
 * Says what a change left undone when its `maxDuration` was over, or it was asked to stop: one sentence per worker that is not as wanted, and one
 * more where the next run would get no further. Pure.
 */
import { keepFirst } from "./order.ts";
import { duration, limitInWords } from "./progress.ts";
import type { Goal } from "./reconcile.ts";
import type { Sight } from "./roster.ts";
import type { ObservedWorker } from "./steps.ts";
import { counted, setting, workers } from "./words.ts";

/** How the run ended, and what it did about setups. */
export interface Ending {
  /** By worker: the milliseconds that a setup had before it was ended. */
  readonly cutOff: ReadonlyMap<number, number>;
  /** How many came to their end. */
  readonly setUp: number;
  /** Asked to, within its time. */
  readonly stopped: boolean;
}

export function lateReasons(
  { pool, size, fingerprint, budget }: Pick<Goal, "pool" | "size" | "fingerprint" | "budget">,
  sights: readonly Sight[],
  { cutOff, setUp, stopped }: Ending,
): string[] {
  const limit = limitInWords(budget.maxDurationMs ?? 0);
  const over = stopped
    ? "this change was stopped; the next run"
    : `${setting("maxDuration")} of ${limit} is over; the next run`;
  const wanted = sights.map(({ worker }) => worker).filter((worker) => worker.fingerprint === fingerprint);
  const kept = new Set(wanted.toSorted(keepFirst).slice(0, size.target));
  const unfinished = ({ id }: ObservedWorker): string => {
    const had = cutOff.get(id);
    if (had === undefined) return `not set up yet: ${over} goes on`;
    return `its setup was ended after ${duration(had)}: ${over} begins it anew`;
  };
  const reasons = sights.flatMap(({ worker, reason }): string[] => {
    if (reason !== "") return [`${worker.name}: ${reason}`];
    if (kept.has(worker)) return worker.phase === "ready" ? [] : [`${worker.name}: ${unfinished(worker)}`];
    const isReplaced = size.target > 0 && worker.fingerprint !== fingerprint;
    return [`${worker.name}: not ${isReplaced ? "replaced" : "removed"} yet${jobsOf(worker)}: ${over} goes on`];
  });
  const standIns = sights.length - wanted.length;
  const missing = size.target - kept.size - standIns;
  return [
    ...reasons,
    ...(missing > 0 ? [`${pool}: ${workers(missing)} not made yet: ${over} goes on`] : []),
    ...(cutOff.size > 0 && setUp === 0 ? [`${pool}: ${inVain(limit)}`] : []),
  ];
}

function jobsOf({ busy, unread = 0 }: ObservedWorker): string {
  return busy + unread === 0 ? "" : `, with ${counted(busy + unread, "unfinished job")}`;
}

function inVain(limit: string): string {
  return `no setup came to its end in ${limit}, and every run begins it anew. Set ${setting("maxDuration")} to more than a setup takes.`;
}
