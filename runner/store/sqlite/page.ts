/** One page of the queue: jobs that have a row and ranks that have none yet, merged by id, newest first. */

import type { DatabaseSync } from "node:sqlite";
import type { ExpressionBuilder } from "kysely";
import type { IdRange, QueueParams } from "../../api.ts";
import { intersect, normalize } from "../../core/index.ts";
import type { PageQuery, RanksOf, StoredRow } from "../types.ts";
import { all, sql } from "./prepared.ts";
import { outcomeOfRow } from "./rows.ts";
import type { Schema } from "./schema.ts";
import { firstSince } from "./since.ts";

export function page(database: DatabaseSync, query: PageQuery): readonly StoredRow[] {
  const ranges = clip(database, query);
  if (ranges.length === 0) return [];
  const rows = jobRows(database, query, ranges);
  const ranks = query.handedOut === true ? [] : [...take(spanRanks(database, query, ranges), query.limit)];
  return [...rows, ...ranks].toSorted((a, b) => b.id - a.id).slice(0, query.limit);
}

/** However many ranks there are, this is a row for each span of them. */
export function cancelledRanks(database: DatabaseSync, which: Pick<QueueParams, "ids" | "name">): readonly RanksOf[] {
  const query: QueueParams = { ...which, statuses: ["CANCELLED"], limit: Number.MAX_SAFE_INTEGER };
  const ranges = normalize(clip(database, query));
  if (ranges.length === 0) return [];
  const cancelled = Map.groupBy(spans(database, query, ranges).toReversed(), (span) => span.submission_first);
  return [...cancelled].flatMap(([submission, ofIt]) => {
    const parts = ofIt.flatMap((span) => ranges.flatMap((range) => intersect(span, range) ?? []));
    return normalize(parts).map((part) => ({ ...part, submission }));
  });
}

function clip(database: DatabaseSync, query: QueueParams): readonly IdRange[] {
  const since = query.since === undefined ? 1 : firstSince(database, query.since);
  const wanted = { first: since ?? Number.MAX_SAFE_INTEGER, last: (query.before ?? Number.MAX_SAFE_INTEGER) - 1 };
  return (query.ids ?? [wanted]).flatMap((range) => intersect(range, wanted) ?? []);
}

const COMMON = [
  "submissions.first as submission_first",
  "submissions.last as submission_last",
  "submissions.name as name",
  "submissions.pool as pool",
  "submissions.pool_name as pool_name",
  "submissions.submitted_at as submitted_at",
] as const;

function jobRows(database: DatabaseSync, query: QueueParams, ranges: readonly IdRange[]): readonly StoredRow[] {
  const rows = waysTo(query).flatMap((way) => all(database, selectJobs(way, ranges)));
  return rows.map((row) => ({
    ...common(row, row.id),
    status: row.status,
    ...outcomeOfRow(row),
  }));
}

/** A status each: so its index gives the newest of them, and no others are looked at. */
function waysTo(query: QueueParams): readonly QueueParams[] {
  return query.statuses ? query.statuses.map((status) => ({ ...query, statuses: [status] })) : [query];
}

/** Of a name, or of a pool whatever the status, its submissions are gone through; the join keeps that order. */
function selectJobs(query: QueueParams, ranges: readonly IdRange[]) {
  const bySubmission = query.name !== undefined || (query.pool !== undefined && !query.statuses);
  let select = (bySubmission ? jobsOfSubmissions(ranges) : submissionsOfJobs(ranges))
    .selectAll("jobs")
    .select(COMMON)
    .limit(query.limit);
  if (query.statuses) select = select.where("jobs.status", "in", query.statuses);
  if (query.pool !== undefined) select = select.where("submissions.pool_name", "=", query.pool);
  if (query.name !== undefined) select = select.where("submissions.name", "=", query.name);
  return select;
}

function jobsOfSubmissions(ranges: readonly IdRange[]) {
  return sql
    .selectFrom("submissions")
    .crossJoin("jobs")
    .where((where) => where.or(ranges.map((range) => where.and(ofSubmission(where, range)))))
    .orderBy("submissions.first", "desc")
    .orderBy("jobs.id", "desc");
}

/** One lower and one upper bound, since SQLite begins at one of each and filters by the others. */
function ofSubmission(where: ExpressionBuilder<Schema, "submissions" | "jobs">, { first, last }: IdRange) {
  return [
    where("submissions.first", "<=", last),
    where("jobs.id", ">=", where.fn<number>("max", ["submissions.first", where.val(first)])),
    where("jobs.id", "<=", where.fn<number>("min", ["submissions.last", where.val(last)])),
  ];
}

function submissionsOfJobs(ranges: readonly IdRange[]) {
  return sql
    .selectFrom("jobs")
    .crossJoin("submissions")
    .where((where) => where.or(ranges.map(({ first, last }) => where.between("jobs.id", first, last))))
    .whereRef("submissions.first", "=", "jobs.submission")
    .orderBy("jobs.id", "desc");
}

function* spanRanks(database: DatabaseSync, query: QueueParams, unsorted: readonly IdRange[]): Generator<StoredRow> {
  const ranges = unsorted.toSorted((a, b) => b.first - a.first);
  for (const span of spans(database, query, ranges)) {
    for (const range of ranges) {
      const part = intersect(span, range);
      if (!part) continue;
      for (let id = part.last; id >= part.first; id -= 1) {
        const ended = span.ended_at === null ? {} : { endedAt: span.ended_at };
        yield { ...common(span, id), status: span.status, attempt: 0, reason: span.reason, ...ended };
      }
    }
  }
}

function spans(database: DatabaseSync, query: QueueParams, ranges: readonly IdRange[]) {
  const overlaps = (where: ExpressionBuilder<Schema, "spans">, { first, last }: IdRange) =>
    where.and([where("spans.first", "<=", last), where("spans.last", ">=", first)]);
  const statuses = query.statuses?.filter((status) => status === "PENDING" || status === "CANCELLED");
  let select = sql
    .selectFrom("spans")
    .innerJoin("submissions", "submissions.first", "spans.submission")
    .select(["spans.first", "spans.last", "spans.status", "spans.ended_at", "spans.reason", ...COMMON])
    .where((where) => where.or(ranges.map((range) => overlaps(where, range))))
    .orderBy("spans.last", "desc")
    .limit(query.limit);
  if (statuses) select = select.where("spans.status", "in", statuses);
  if (query.pool !== undefined) select = select.where("submissions.pool_name", "=", query.pool);
  if (query.name !== undefined) select = select.where("submissions.name", "=", query.name);
  return all(database, select);
}

interface CommonColumns {
  readonly submission_first: number;
  readonly submission_last: number;
  readonly name: string;
  readonly pool: string;
  readonly pool_name: string;
  readonly submitted_at: number;
}

function common(row: CommonColumns, id: number) {
  return {
    id,
    name: row.name,
    pool: row.pool_name,
    poolIdentity: row.pool,
    submission: row.submission_first,
    rank: id - row.submission_first,
    numJobs: row.submission_last - row.submission_first + 1,
    submittedAt: row.submitted_at,
  };
}

function* take<T>(items: Iterable<T>, limit: number): Generator<T> {
  let left = limit;
  if (left <= 0) return;
  for (const item of items) {
    yield item;
    left -= 1;
    if (left <= 0) return;
  }
}
