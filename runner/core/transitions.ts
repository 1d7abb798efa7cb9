/**
 * The ways in which a job goes from one state to the next, and the only code that makes a job's next form. Which of
 * them applies is decided elsewhere (answers.ts, on-*.ts).
 */

import type { Ending } from "../../worker/index.ts";
import type {
  AssignedJob,
  CancellingJob,
  EndedJob,
  LiveJob,
  PendingJob,
  RecoveringJob,
  RunningJob,
  StartingJob,
  UndoneJob,
  WaitingJob,
} from "./model.ts";
import { cancelReason, endReason } from "./reasons.ts";
import type { JobRules } from "./rules.ts";
import { anotherTry } from "./rules.ts";

/** A rank that lost its worker so many times in a row is taken to be the cause. */
export const POISON_LIMIT = 3;

function base(job: LiveJob) {
  const { id, submission, attempt, losses, restarts } = job;
  return { id, submission, attempt, losses, restarts };
}

/** A rank without a row goes to a worker. */
export function assignFirst(id: number, submission: number, worker: number): StartingJob {
  return { status: "STARTING", id, submission, attempt: 1, losses: 0, restarts: 0, worker };
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

/** It ended by itself: it is over, or has another try if its rules say so. */
export function finish(job: AssignedJob, exit: Ending, rules: JobRules): EndedJob | RecoveringJob {
  const status = job.status === "CANCELLING" ? "CANCELLED" : exit.code === 0 ? "SUCCEEDED" : "FAILED";
  const asked = job.status === "CANCELLING" ? job.reason || cancelReason(exit) : "";
  const reason = status === "FAILED" ? endReason(exit, rules.timeoutSeconds) : asked;
  const { code, startedAt, endedAt } = exit;
  const over: EndedJob = { ...base(job), status, worker: job.worker, startedAt, endedAt, exitCode: code, reason };
  return status === "FAILED" ? (restart(over, code, rules) ?? over) : over;
}

/** A failure is not a loss: its worker is well, so those begin to count anew. */
function restart(job: EndedJob & { readonly worker: number | null }, code: number, rules: JobRules) {
  const { id, submission, attempt, worker, reason } = job;
  const past = { endedAt: job.endedAt, exitCode: code };
  const common = { id, submission, attempt, losses: 0, status: "RECOVERING", worker: worker ?? 0, past } as const;
  switch (anotherTry(rules, code, job.restarts)) {
    case "no":
      return undefined;
    case "by code":
      return { ...common, restarts: job.restarts, reason: `${reason}, which its job file restarts` };
    case "by count": {
      const next = job.restarts + 1;
      return { ...common, restarts: next, reason: `${reason}; restart ${next} of ${rules.maxRestarts}` };
    }
  }
}

/** It never was the one that ran there, as far as is known: so it is not to blame, but its attempt may have begun. */
export function loseStaged(job: StartingJob, why: string): RecoveringJob {
  return { ...base(job), status: "RECOVERING", worker: job.worker, reason: why };
}

export function lose(job: StartingJob | RunningJob, why: string, now: number): RecoveringJob | EndedJob {
  const losses = job.losses + 1;
  const past = { endedAt: now, exitCode: null };
  if (losses < POISON_LIMIT)
    return { ...base(job), losses, status: "RECOVERING", worker: job.worker, reason: why, past };
  const reason = `it lost its worker ${losses} times in a row; the last time: ${why}`;
  return { ...ended(job, now), losses, status: "FAILED", reason };
}

export function requestCancel(job: StartingJob | RunningJob, reason: string): CancellingJob {
  const startedAt = job.status === "RUNNING" ? job.startedAt : null;
  return { ...base(job), status: "CANCELLING", worker: job.worker, startedAt, reason };
}

/** Nothing of it runs, or ever will. */
export function cancel(job: LiveJob, now: number, reason = ""): EndedJob {
  const asked = job.status === "CANCELLING" ? job.reason : "";
  return { ...ended(job, now), status: "CANCELLED", reason: asked === "" ? reason : asked };
}

/** It did not succeed, and its user wants it to run once more: as if for the first time, with the next attempt. */
export function tryAgain({ id, submission, attempt, reason }: UndoneJob): PendingJob {
  const why = reason === "" ? "" : ` (${reason})`;
  const again = `tried again after attempt ${attempt}${why}`;
  return { id, submission, attempt: attempt + 1, losses: 0, restarts: 0, status: "PENDING", reason: again };
}

function ended(job: LiveJob, now: number) {
  const worker = job.status === "PENDING" ? null : job.worker;
  const startedAt = job.status === "RUNNING" || job.status === "CANCELLING" ? job.startedAt : null;
  return { ...base(job), worker, startedAt, endedAt: now, exitCode: null };
}
