/** One change of the core, as guarded statements. 0 rows changed: the change is stale, and nothing of it is written. */

import type { DatabaseSync } from "node:sqlite";
import { intersect, type StoredChange, size, total } from "../../core/index.ts";
import { prepareAttempts } from "./keep-attempt.ts";
import { all, prepare, sql } from "./prepared.ts";
import { rowOfJob } from "./rows.ts";

type ChangeOf<K extends StoredChange["kind"]> = Extract<StoredChange, { readonly kind: K }>;
/** Answers whether it was written. */
export type Write = (change: StoredChange) => boolean;

export function writer(database: DatabaseSync): Write {
  const statements = prepareAll(database);
  return (change) => {
    switch (change.kind) {
      case "submitted":
        return submitted(statements, change);
      case "assigned":
        return assigned(statements, change);
      case "moved":
        return moved(statements, change);
      case "retried":
        return retried(statements, change);
      case "span-cancelled":
        return spanCancelled(statements, change);
      case "span-retried":
        return spanRetried(statements, change);
      case "pool":
        return setPool(statements, change);
      case "uncollected":
        return uncollected(statements, change);
      case "collected":
        return collected(statements, change);
    }
  };
}

type Statements = ReturnType<typeof prepareAll>;

function prepareAll(database: DatabaseSync) {
  return {
    ...prepareSpans(database),
    ...prepareCancelledSpans(database),
    ...prepareJobs(database),
    ...prepareAttempts(database),
    ...prepareSubmissions(database),
    ...prepareUncollected(database),
  };
}

function prepareSpans(database: DatabaseSync) {
  return {
    shrinkSpan: prepare(database, (p) =>
      sql
        .updateTable("spans")
        .set({ first: p("to") })
        .where("last", "=", p("last"))
        .where("first", "=", p("first"))
        .where("status", "=", "PENDING"),
    ),
    dropSpan: prepare(database, (p) =>
      sql
        .deleteFrom("spans")
        .where("last", "=", p("last"))
        .where("first", "=", p("first"))
        .where("status", "=", "PENDING"),
    ),
    addSpan: prepare(database, (p) =>
      sql.insertInto("spans").values({
        last: p("last"),
        first: p("first"),
        submission: p("submission"),
        status: p("status"),
        ended_at: p("ended_at"),
        reason: p("reason"),
      }),
    ),
  };
}

/** A part of a cancelled span is taken out of it: what is left on either side stays cancelled as it was. */
function prepareCancelledSpans(database: DatabaseSync) {
  return {
    /** Those that share ranks with a range, lowest first. */
    cancelledIn: ({ first, last, submission }: CancelledPart) =>
      all(
        database,
        sql
          .selectFrom("spans")
          .select(["first", "last"])
          .where("status", "=", "CANCELLED")
          .where("submission", "=", submission)
          .where("first", "<=", last)
          .where("last", ">=", first)
          .orderBy("last"),
      ),
    keepLeft: prepare(database, (p) =>
      sql
        .insertInto("spans")
        .columns(["last", "first", "submission", "status", "ended_at", "reason"])
        .expression((of) =>
          of
            .selectFrom("spans")
            .select((row) => [
              row.val<number>(p("before")).as("last"),
              "first",
              "submission",
              "status",
              "ended_at",
              "reason",
            ])
            .where("status", "=", "CANCELLED")
            .where("first", "<=", p("before"))
            .where("last", ">=", p("last"))
            .where("submission", "=", p("submission")),
        ),
    ),
    keepRight: prepare(database, (p) =>
      sql
        .updateTable("spans")
        .set({ first: p("after") })
        .where("status", "=", "CANCELLED")
        .where("first", "<=", p("first"))
        .where("last", ">=", p("after"))
        .where("submission", "=", p("submission")),
    ),
    dropCancelled: prepare(database, (p) =>
      sql
        .deleteFrom("spans")
        .where("status", "=", "CANCELLED")
        .where("first", "<=", p("first"))
        .where("last", "=", p("last"))
        .where("submission", "=", p("submission")),
    ),
  };
}

function prepareJobs(database: DatabaseSync) {
  return {
    addJob: prepare(database, (p) =>
      sql.insertInto("jobs").values({
        id: p("id"),
        submission: p("submission"),
        status: p("status"),
        attempt: p("attempt"),
        losses: p("losses"),
        restarts: p("restarts"),
        worker: p("worker"),
        reason: p("reason"),
      }),
    ),
    moveJob: prepare(database, (p) =>
      sql
        .updateTable("jobs")
        .set({
          status: p("status"),
          attempt: p("attempt"),
          losses: p("losses"),
          restarts: p("restarts"),
          worker: p("worker"),
          started_at: p("started_at"),
          ended_at: p("ended_at"),
          exit_code: p("exit_code"),
          reason: p("reason"),
        })
        .where("id", "=", p("id"))
        .where("status", "=", p("from"))
        .where("attempt", "=", p("from_attempt")),
    ),
  };
}

function prepareSubmissions(database: DatabaseSync) {
  return {
    takeIds: prepare(database, (p) =>
      sql
        .updateTable("queue")
        .set({ next_id: p("next") })
        .where("next_id", "=", p("first")),
    ),
    addSubmission: prepare(database, (p) =>
      sql.insertInto("submissions").values({
        first: p("first"),
        last: p("last"),
        pool: p("pool"),
        pool_name: p("pool_name"),
        name: p("name"),
        user: p("user"),
        job: p("job"),
        submitted_at: p("submitted_at"),
      }),
    ),
    setPool: prepare(database, (p) =>
      sql
        .insertInto("pools")
        .values({ identity: p("identity"), roster: p("roster"), pointer: p("pointer") })
        .onConflict((on) => on.column("identity").doUpdateSet({ roster: p("roster"), pointer: p("pointer") })),
    ),
  };
}

function prepareUncollected(database: DatabaseSync) {
  return {
    addUncollected: prepare(database, (p) =>
      sql
        .insertInto("uncollected")
        .values({
          pool: p("pool"),
          worker: p("worker"),
          submission: p("submission"),
          job: p("job"),
          attempt: p("attempt"),
        })
        .onConflict((on) => on.doNothing()),
    ),
    dropUncollected: prepare(database, (p) =>
      sql
        .deleteFrom("uncollected")
        .where("job", "=", p("job"))
        .where("attempt", "=", p("attempt"))
        .where("submission", "=", p("submission"))
        .where("worker", "=", p("worker"))
        .where("pool", "=", p("pool")),
    ),
  };
}

function submitted(to: Statements, { submission, job, user }: ChangeOf<"submitted">): boolean {
  const { first, last, pool: identity, name, submittedAt } = submission;
  if (to.takeIds({ first, next: last + 1 }) === 0) return false;
  const pool_name = identity.split("/").at(-1) ?? identity;
  const text = JSON.stringify(job);
  to.addSubmission({ first, last, pool: identity, pool_name, name, user, job: text, submitted_at: submittedAt });
  to.addSpan({ first, last, submission: first, status: "PENDING", ended_at: null, reason: "" });
  return true;
}

function assigned(to: Statements, { span, job }: ChangeOf<"assigned">): boolean {
  const { first, last } = span;
  const taken = first < last ? to.shrinkSpan({ first, last, to: first + 1 }) : to.dropSpan({ first, last });
  return taken > 0 && to.addJob(rowOfJob(job)) > 0;
}

function moved(to: Statements, { expected, job }: ChangeOf<"moved">): boolean {
  const from = { from: expected.status, from_attempt: expected.attempt };
  if (job.status === "RECOVERING") {
    const { endedAt = null, exitCode = null } = job.past ?? {};
    to.keepAttempt({ id: job.id, ...from, ended_at: endedAt, exit_code: exitCode, reason: job.reason });
  }
  return to.moveJob({ ...rowOfJob(job), ...from }) > 0;
}

function retried(to: Statements, { expected, job }: ChangeOf<"retried">): boolean {
  const from = { from: expected.status, from_attempt: expected.attempt };
  to.keepEnded({ id: job.id, ...from });
  return to.moveJob({ ...rowOfJob(job), ...from }) > 0;
}

function spanCancelled(to: Statements, { span, cut, at, reason = "" }: ChangeOf<"span-cancelled">): boolean {
  const { first, last, submission } = span;
  const rest = cut.last < last ? to.shrinkSpan({ first, last, to: cut.last + 1 }) : to.dropSpan({ first, last });
  if (rest === 0) return false;
  if (first < cut.first)
    to.addSpan({ first, last: cut.first - 1, submission, status: "PENDING", ended_at: null, reason: "" });
  to.addSpan({ ...cut, submission, status: "CANCELLED", ended_at: at, reason });
  return true;
}

interface CancelledPart {
  readonly first: number;
  readonly last: number;
  readonly submission: number;
}

/** Ranks that touch may have been cancelled one by one: each of these spans gives its part, or the change is stale. */
function spanRetried(to: Statements, { submission: of, cut }: ChangeOf<"span-retried">): boolean {
  const submission = of.first;
  const parts = to.cancelledIn({ ...cut, submission }).flatMap((span) => intersect(span, cut) ?? []);
  if (total(parts) < size(cut)) return false;
  for (const part of parts) takeCancelled(to, { ...part, submission });
  to.addSpan({ ...cut, submission, status: "PENDING", ended_at: null, reason: "" });
  return true;
}

function takeCancelled(to: Statements, { first, last, submission }: CancelledPart): void {
  to.keepLeft({ before: first - 1, last, submission });
  to.keepRight({ first, after: last + 1, submission });
  to.dropCancelled({ first, last, submission });
}

function setPool(to: Statements, { roster, pointer }: ChangeOf<"pool">): boolean {
  const identity = roster.identity;
  return to.setPool({ identity, roster: JSON.stringify(roster), pointer: JSON.stringify(pointer) }) > 0;
}

/** Said twice it is still so: never stale. */
function uncollected(to: Statements, { pool, worker, key }: ChangeOf<"uncollected">): boolean {
  to.addUncollected({ pool, worker, ...key });
  return true;
}

function collected(to: Statements, { pool, worker, keys }: ChangeOf<"collected">): boolean {
  for (const key of keys) to.dropUncollected({ pool, worker, ...key });
  return true;
}
