/**
 * How many jobs are in which status. Of whole submissions those that are over were counted when they ended, so that only
 * what is live is looked at; rows are counted in a submission of which a part is asked for. Spans are measured.
 */

import type { DatabaseSync } from "node:sqlite";
import type { IdRange, JobStatus } from "../../api.ts";
import { intersect, isTerminal, size, subtract } from "../../core/index.ts";
import { STATUSES } from "../../statuses.ts";
import { all, sql } from "./prepared.ts";
import { LIVE } from "./snapshot.ts";

const OVER = STATUSES.filter(isTerminal);

export function counts(database: DatabaseSync, ranges: readonly IdRange[]): ReadonlyMap<JobStatus, number> {
  const byStatus = new Map<JobStatus, number>();
  for (const range of ranges) {
    for (const { status, count } of countsIn(database, range))
      if (count > 0) byStatus.set(status, (byStatus.get(status) ?? 0) + count);
  }
  return byStatus;
}

interface Part {
  readonly status: JobStatus;
  readonly count: number;
}

function countsIn(database: DatabaseSync, range: IdRange): readonly Part[] {
  const cut = cutSubmissions(database, range);
  return [
    ...subtract([range], cut).flatMap((whole) => all(database, tallied(whole))),
    ...cut.flatMap((submission) => all(database, countRows(intersect(submission, range) ?? submission, OVER))),
    ...all(database, countRows(range, LIVE)),
    ...all(database, spansIn(range)).map((span) => ({
      status: span.status,
      count: size(intersect(span, range) ?? span),
    })),
  ];
}

/** Those of which the range has a part only, by id: at most the ones in which it begins and ends. */
function cutSubmissions(database: DatabaseSync, range: IdRange): readonly IdRange[] {
  const [begins, ends] = [submissionOf(database, range.first), submissionOf(database, range.last)];
  const either = begins?.first === ends?.first ? [begins] : [begins, ends];
  return either
    .filter((one) => one !== undefined)
    .filter(({ first, last }) => first < range.first || last > range.last);
}

/** The one that a job belongs to. */
function submissionOf(database: DatabaseSync, job: number): IdRange | undefined {
  const before = sql.selectFrom("submissions").select(["first", "last"]).where("first", "<=", job);
  const [found] = all(database, before.orderBy("first", "desc").limit(1));
  return found && found.last >= job ? found : undefined;
}

function tallied({ first, last }: IdRange) {
  return sql
    .selectFrom("tallies")
    .select((of) => ["status", of.fn.sum<number>("count").as("count")])
    .where("submission", ">=", first)
    .where("submission", "<=", last)
    .groupBy("status");
}

function countRows({ first, last }: IdRange, statuses: readonly JobStatus[]) {
  return (
    sql
      .selectFrom("jobs")
      .select((of) => ["status", of.fn.countAll<number>().as("count")])
      // With it the index alone is read: many rows take a third of the time.
      .where("status", "in", statuses)
      .where("id", ">=", first)
      .where("id", "<=", last)
      .groupBy("status")
  );
}

function spansIn({ first, last }: IdRange) {
  return sql
    .selectFrom("spans")
    .select(["first", "last", "status"])
    .where("last", ">=", first)
    .where("first", "<=", last);
}
