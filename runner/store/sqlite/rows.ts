/** Rows of the database to values of the core, and back. */

import type { JobSpec } from "../../../spec/index.ts";
import type { Job, LiveJob, Submission } from "../../core/index.ts";
import { isTerminal, rulesOf } from "../../core/index.ts";
import type { JobsTable, Schema } from "./schema.ts";

export function rowOfJob(job: Job) {
  return {
    id: job.id,
    submission: job.submission,
    status: job.status,
    attempt: job.attempt,
    losses: job.losses,
    restarts: job.restarts,
    worker: "worker" in job ? job.worker : null,
    started_at: "startedAt" in job ? job.startedAt : null,
    ended_at: "endedAt" in job ? job.endedAt : null,
    exit_code: "exitCode" in job ? job.exitCode : null,
    reason: "reason" in job ? job.reason : "",
  } satisfies JobsTable;
}

export function liveJobOfRow(row: JobsTable): LiveJob {
  const { id, submission, attempt, losses, restarts, status, reason } = row;
  const base = { id, submission, attempt, losses, restarts };
  if (status === "PENDING") return { ...base, status, reason };
  if (row.worker === null || isTerminal(status)) throw new Error(`job ${id} is ${status}, which is not a live row`);
  const { worker, started_at: startedAt } = row;
  switch (status) {
    case "STARTING":
      return { ...base, status, worker };
    case "RUNNING":
      return { ...base, status, worker, startedAt: startedAt ?? 0, orphan: false };
    case "RECOVERING":
      return { ...base, status, worker, reason };
    case "CANCELLING":
      return { ...base, status, worker, startedAt, reason };
  }
}

interface OutcomeColumns {
  readonly attempt: number;
  readonly reason: string;
  readonly worker: number | null;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly exit_code: number | null;
}

/** How an attempt went, as callers see it: what is not known is absent. */
export function outcomeOfRow(row: OutcomeColumns) {
  return {
    attempt: row.attempt,
    reason: row.reason,
    ...(row.worker === null ? {} : { worker: row.worker }),
    ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.exit_code === null ? {} : { exitCode: row.exit_code }),
  };
}

export function jobSpecOf(row: Pick<Schema["submissions"], "job">): JobSpec {
  return JSON.parse(row.job) as JobSpec;
}

export function submissionOfRow(row: Schema["submissions"]): Submission {
  const { first, last, pool, name } = row;
  const job = jobSpecOf(row);
  return { first, last, pool, name, resources: job.resources, rules: rulesOf(job), submittedAt: row.submitted_at };
}
