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
  if (!isWatched(pool, now) && !pool.uncollected.has(view.entry.id)) return false;
  return view.jobs.length > 0 || isReachable(view.entry);
}

/** Whether all of its workers are kept connected: one that is not connected is known not to answer then. */
export function isWatched(pool: Pool, now: number): boolean {
  return pool.live > 0 || now < pool.wantedUntil;
}

/** A worker that is still prepared is connected too: it brings news of the roster. */
export function isReachable(entry: RosterWorker): boolean {
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

/** No connected worker of it can tell anything about it, or its jobs. */
export function isUnreachable(pool: Pool): boolean {
  return ![...pool.workers.values()].some((view) => view.connection.kind === "up");
}
