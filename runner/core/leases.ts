/** Which workers must hear of their queue now and then, so that their job's lease does not run out. */
import type { WorkerRef } from "./events.ts";
import type { State } from "./model.ts";
import { isAssigned, rulesFor } from "./model.ts";

export interface WantedLease extends WorkerRef {
  readonly leaseSeconds: number;
}

/** Connected workers that have a job with a lease; the shortest counts. */
export function wantedLeases(state: State): readonly WantedLease[] {
  return [...state.pools.values()].flatMap((pool) =>
    [...pool.workers.values()].flatMap((view): readonly WantedLease[] => {
      if (view.connection.kind === "down") return [];
      const leases = view.jobs.flatMap((id) => {
        const job = state.jobs.get(id);
        const rules = job && isAssigned(job) ? rulesFor(state, job) : undefined;
        return rules?.onDisconnect === "lease" ? [rules.leaseSeconds] : [];
      });
      if (leases.length === 0) return [];
      return [{ pool: pool.identity, worker: view.entry.id, leaseSeconds: Math.min(...leases) }];
    }),
  );
}
