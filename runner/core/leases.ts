/** Which workers must hear of their queue now and then, so that their job's lease does not run out. */
import type { WorkerRef } from "./events.ts";
import type { State } from "./model.ts";
import { isAssigned, rulesFor } from "./model.ts";

export interface WantedLease extends WorkerRef {
  readonly leaseSeconds: number;
}

/** Connected workers whose job has a lease. */
export function wantedLeases(state: State): readonly WantedLease[] {
  return [...state.pools.values()].flatMap((pool) =>
    [...pool.workers.values()].flatMap((view): readonly WantedLease[] => {
      const job = view.job === null ? undefined : state.jobs.get(view.job);
      if (view.connection.kind === "down" || !job || !isAssigned(job)) return [];
      const { onDisconnect, leaseSeconds } = rulesFor(state, job);
      return onDisconnect === "lease" ? [{ pool: pool.identity, worker: view.entry.id, leaseSeconds }] : [];
    }),
  );
}
