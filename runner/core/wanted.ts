/** To which workers a connection is wanted now. */

import type { RosterWorker } from "../../worker/index.ts";
import type { WorkerRef } from "./events.ts";
import type { Pool, State, WorkerView } from "./model.ts";

export interface WantedWorker extends WorkerRef {
  readonly entry: RosterWorker;
  readonly user: string;
  readonly keyRef: string;
}

/**
 * Those of pools with jobs that are not over, or that somebody asked for; those that still hold what ended attempts left;
 * and what is connected stays so.
 */
export function wantedWorkers(state: State, now: number): readonly WantedWorker[] {
  return [...state.pools.values()].flatMap((pool) =>
    [...pool.workers.values()]
      .filter((view) => isWanted(pool, view, now))
      .map((view) => ({
        pool: pool.identity,
        worker: view.entry.id,
        entry: view.entry,
        ...pool.roster.ssh,
      })),
  );
}

function isWanted(pool: Pool, view: WorkerView, now: number): boolean {
  if (view.connection.kind === "up") return true;
  const isNeeded = pool.live > 0 || now < pool.wantedUntil || pool.uncollected.has(view.entry.id);
  if (!isNeeded) return false;
  return view.jobs.length > 0 || isReachable(view.entry);
}

/** A worker that is still prepared is connected too: it brings news of the roster. */
function isReachable(entry: RosterWorker): boolean {
  switch (entry.state) {
    case "PREPARING":
    case "READY":
    case "DRAINING":
      return entry.host !== "" && entry.port > 0;
    case "PROVISIONING":
    case "FAILED":
      return false;
  }
}

/** Pools with jobs that no connected worker of theirs can tell anything about. */
export function unreachablePools(state: State): readonly Pool[] {
  return [...state.pools.values()].filter(
    (pool) => pool.live > 0 && ![...pool.workers.values()].some((view) => view.connection.kind === "up"),
  );
}
