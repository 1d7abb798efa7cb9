/**
 * The ways in which a job goes from one state to the next, and the only code that makes a job's next form. Which of
 * them applies is decided elsewhere (answers.ts, on-*.ts).
 */

import type {
  AssignedJob,
  CancellingJob,
  EndedJob,
  LiveJob,
  PendingJob,
  RecoveringJob,
  RunningJob,
  StartingJob,
  WaitingJob,
} from "./model.ts";
import { endReason } from "./reasons.ts";

/** A rank that lost its worker so many times in a row is taken to be the cause. */
export const POISON_LIMIT = 3;

function base(job: LiveJob) {
  return { id: job.id, submission: job.submission, attempt: job.attempt, losses: job.losses };
}

/** A rank without a row goes to a worker. */
export function assignFirst(id: number, submission: number, worker: number): StartingJob {
  return { status: "STARTING", id, submission, attempt: 1, losses: 0, worker };
}

/** PENDING keeps its attempt, which never ran; RECOVERING begins the next. */
export function assignAgain(job: WaitingJob, worker: number): StartingJob {
  const attempt = job.status === "RECOVERING" ? job.attempt + 1 : job.attempt;
  return { ...base(job), status: "STARTING", attempt, worker };
}

export function begin(job: StartingJob, startedAt: number): RunningJob {
  return { ...base(job), status: "RUNNING", worker: job.worker, startedAt, orphan: false };
}

export function orphan(job: StartingJob | RunningJob, startedAt: number): RunningJob {
  return { ...base(job), status: "RUNNING", worker: job.worker, startedAt, orphan: true };
}

/** The worker is certain not to run this attempt. */
export function giveBack(job: StartingJob, reason: string): PendingJob {
  return { ...base(job), status: "PENDING", reason };
}

export function finish(
  job: AssignedJob,
  exit: { readonly code: number; readonly startedAt: number; readonly endedAt: number },
): EndedJob {
  const status = job.status === "CANCELLING" ? "CANCELLED" : exit.code === 0 ? "SUCCEEDED" : "FAILED";
  const reason = status === "FAILED" ? endReason(exit.code) : "";
  const { code, startedAt, endedAt } = exit;
  return { ...base(job), status, worker: job.worker, startedAt, endedAt, exitCode: code, reason };
}

export function lose(job: StartingJob | RunningJob, why: string, now: number): RecoveringJob | EndedJob {
  const losses = job.losses + 1;
  if (losses < POISON_LIMIT) return { ...base(job), losses, status: "RECOVERING", worker: job.worker, reason: why };
  const reason = `it lost its worker ${losses} times; the last time: ${why}`;
  return { ...ended(job, now), losses, status: "FAILED", reason };
}

export function requestCancel(job: StartingJob | RunningJob): CancellingJob {
  const startedAt = job.status === "RUNNING" ? job.startedAt : null;
  return { ...base(job), status: "CANCELLING", worker: job.worker, startedAt };
}

/** Nothing of it runs, or ever will. */
export function cancel(job: LiveJob, now: number, reason = ""): EndedJob {
  return { ...ended(job, now), status: "CANCELLED", reason };
}

function ended(job: LiveJob, now: number) {
  const worker = job.status === "PENDING" ? null : job.worker;
  const startedAt = job.status === "RUNNING" || job.status === "CANCELLING" ? job.startedAt : null;
  return { ...base(job), worker, startedAt, endedAt: now, exitCode: null };
}
