/** Reads all that is not over; history is never touched. */

import type { DatabaseSync } from "node:sqlite";
import type { Roster } from "../../../worker/index.ts";
import type { PoolPointer } from "../../api.ts";
import type { LiveStatus, Snapshot } from "../../core/index.ts";
import { all, sql } from "./prepared.ts";
import { liveJobOfRow, submissionOfRow } from "./rows.ts";

export const LIVE: readonly LiveStatus[] = ["PENDING", "STARTING", "RUNNING", "RECOVERING", "CANCELLING"];

export function loadSnapshot(database: DatabaseSync): Snapshot {
  const [queue] = all(database, sql.selectFrom("queue").selectAll());
  if (!queue) throw new Error("the queue has no name");
  const pools = all(database, sql.selectFrom("pools").selectAll());
  const spans = all(database, pendingSpans());
  const jobs = all(database, sql.selectFrom("jobs").selectAll().where("status", "in", LIVE).orderBy("id"));
  return {
    queue: queue.name,
    nextId: queue.next_id,
    pools: pools.map((row) => ({
      roster: JSON.parse(row.roster) as Roster,
      pointer: JSON.parse(row.pointer) as PoolPointer,
    })),
    submissions: all(database, liveSubmissions()).map(submissionOfRow),
    spans,
    jobs: jobs.map(liveJobOfRow),
    uncollected: all(database, sql.selectFrom("uncollected").selectAll()).map(({ pool, worker, ...key }) => ({
      pool,
      worker,
      key,
    })),
  };
}

function pendingSpans() {
  return sql
    .selectFrom("spans")
    .select(["first", "last", "submission"])
    .where("status", "=", "PENDING")
    .orderBy("last");
}

function liveSubmissions() {
  return sql.selectFrom("submissions").selectAll().where("first", "in", unfinished()).orderBy("first");
}

/** Keys of the submissions with ranks that are not over. */
export function unfinished() {
  const pending = sql.selectFrom("spans").select("submission").where("status", "=", "PENDING");
  return pending.union(sql.selectFrom("jobs").select("submission").where("status", "in", LIVE));
}
