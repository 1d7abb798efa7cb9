/**
 * One page of the queue, folded: a row for each submission, however many ranks it has. Ranks that are over were counted
 * when they ended, and those that never had a row are spans; so only the live ones are looked at.
 */

import type { DatabaseSync } from "node:sqlite";
import type { JobStatus, SubmissionsParams } from "../../api.ts";
import { isTerminal, size } from "../../core/index.ts";
import type { StoredSubmission } from "../types.ts";
import { all, sql } from "./prepared.ts";
import { firstSince } from "./since.ts";
import { LIVE, unfinished } from "./snapshot.ts";

export function submissions(database: DatabaseSync, query: SubmissionsParams): readonly StoredSubmission[] {
  const since = query.since === undefined ? 1 : firstSince(database, query.since);
  const rows = since === undefined ? [] : all(database, pageOf(query, since));
  const keys = rows.map(({ first }) => first);
  const parts = rows.length === 0 ? [] : partsOf(database, keys);
  const byKey = Map.groupBy(parts, ({ submission }) => submission);
  return rows.map((row) => ({
    ids: { first: row.first, last: row.last },
    name: row.name,
    pool: row.pool_name,
    submittedAt: row.submitted_at,
    ...sum(byKey.get(row.first) ?? []),
  }));
}

function pageOf(query: SubmissionsParams, since: number) {
  let select = sql
    .selectFrom("submissions")
    .select(["first", "last", "name", "pool_name", "submitted_at"])
    .where("first", ">=", since)
    .where("first", "<", query.before ?? Number.MAX_SAFE_INTEGER)
    .orderBy("first", "desc")
    .limit(query.limit);
  if (query.pool !== undefined) select = select.where("pool_name", "=", query.pool);
  if (query.name !== undefined) select = select.where("name", "=", query.name);
  return query.unfinished === true ? select.where("first", "in", unfinished()) : select;
}

/** Ranks of one submission that are in one status. */
interface Part {
  readonly submission: number;
  readonly status: JobStatus;
  readonly count: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** One of them, if they wait. */
  readonly waiting: number | null;
}

function partsOf(database: DatabaseSync, keys: readonly number[]): readonly Part[] {
  const over = all(database, sql.selectFrom("tallies").selectAll().where("submission", "in", keys)).map(
    (row): Part => ({ ...row, startedAt: row.first_started, endedAt: row.last_ended, waiting: null }),
  );
  const live = all(database, liveRows(keys)).map(
    (row): Part => ({ ...row, endedAt: null, waiting: isWaitingStatus(row.status) ? row.id : null }),
  );
  const ranks = all(database, sql.selectFrom("spans").selectAll().where("submission", "in", keys)).map(
    (span): Part => ({
      submission: span.submission,
      status: span.status,
      count: size(span),
      startedAt: null,
      endedAt: span.ended_at,
      waiting: span.status === "PENDING" ? span.first : null,
    }),
  );
  return [...over, ...live, ...ranks].filter(({ count }) => count > 0);
}

function liveRows(keys: readonly number[]) {
  return sql
    .selectFrom("jobs")
    .select((of) => [
      "submission",
      "status",
      of.fn.countAll<number>().as("count"),
      of.fn.min<number | null>("started_at").as("startedAt"),
      of.fn.min<number>("id").as("id"),
    ])
    .where("status", "in", LIVE)
    .where("submission", "in", keys)
    .groupBy(["submission", "status"]);
}

function isWaitingStatus(status: JobStatus): boolean {
  return status === "PENDING" || status === "RECOVERING";
}

function sum(parts: readonly Part[]): Pick<StoredSubmission, "byStatus" | "startedAt" | "endedAt" | "waiting"> {
  const byStatus: Partial<Record<JobStatus, number>> = {};
  for (const { status, count } of parts) byStatus[status] = (byStatus[status] ?? 0) + count;
  const started = parts.flatMap(({ startedAt }) => startedAt ?? []);
  const ended = parts.every(({ status }) => isTerminal(status)) ? parts.flatMap(({ endedAt }) => endedAt ?? []) : [];
  const waiting = parts.flatMap((part) => part.waiting ?? []);
  return {
    byStatus,
    ...(started.length === 0 ? {} : { startedAt: Math.min(...started) }),
    ...(ended.length === 0 ? {} : { endedAt: Math.max(...ended) }),
    ...(waiting.length === 0 ? {} : { waiting: Math.min(...waiting) }),
  };
}
