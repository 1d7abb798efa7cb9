/**
 * What the queue is made of. Values only: a job is replaced by its next form, never changed. A rank of a submission is
 * lazy: it lies in a pending span (a range of ids) until it is assigned, and has a row of its own only from then on.
 */

import type { ResourceChoice } from "../../spec/index.ts";
import type { AttemptKey, RefusalReason, Roster, RosterWorker } from "../../worker/index.ts";
import type { IdRange, JobStatus, PoolPointer } from "../api.ts";
import type { JobRules } from "./rules.ts";
import { DEFAULT_RULES } from "./rules.ts";

export type AssignedStatus = "STARTING" | "RUNNING" | "CANCELLING";
export type LiveStatus = "PENDING" | "RECOVERING" | AssignedStatus;
export type TerminalStatus = Exclude<JobStatus, LiveStatus>;

interface JobBase {
  readonly id: number;
  /** First id of its submission, which is the submission's key. */
  readonly submission: number;
  /** The latest attempt that was handed out, from 1. */
  readonly attempt: number;
  /** Times in a row that it lost its worker. */
  readonly losses: number;
  /** Failed attempts that were followed by another one, and count against the job's own limit. */
  readonly restarts: number;
}

/** Handed out once, refused by the worker before it began: attempt `attempt` is still to run. */
export interface PendingJob extends JobBase {
  readonly status: "PENDING";
  readonly reason: string;
}

/** Attempt `attempt` is lost, or failed and has another try; the next one is still to be assigned. */
export interface RecoveringJob extends JobBase {
  readonly status: "RECOVERING";
  /** The worker of that attempt. */
  readonly worker: number;
  readonly reason: string;
  /** How that attempt ended, for those who ask later; stored with the attempt, so not there after a restart. */
  readonly past?: { readonly endedAt: number; readonly exitCode: number | null };
}

export interface StartingJob extends JobBase {
  readonly status: "STARTING";
  readonly worker: number;
}

export interface RunningJob extends JobBase {
  readonly status: "RUNNING";
  readonly worker: number;
  readonly startedAt: number;
  /** Its supervisor is gone: nobody will report its end, so it is asked for. Never stored. */
  readonly orphan: boolean;
}

export interface CancellingJob extends JobBase {
  readonly status: "CANCELLING";
  readonly worker: number;
  readonly startedAt: number | null;
  /** What its user gave as the reason; "" when nothing. */
  readonly reason: string;
}

export interface EndedJob extends JobBase {
  readonly status: TerminalStatus;
  readonly worker: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number;
  readonly exitCode: number | null;
  readonly reason: string;
}

/** What must be known of a job that failed or was cancelled to run it once more. */
export interface UndoneJob extends Pick<EndedJob, "id" | "submission" | "attempt" | "reason"> {
  readonly status: Exclude<TerminalStatus, "SUCCEEDED">;
}

export type WaitingJob = PendingJob | RecoveringJob;
export type AssignedJob = StartingJob | RunningJob | CancellingJob;
export type LiveJob = WaitingJob | AssignedJob;
export type Job = LiveJob | EndedJob;

/** Ranks without a row that wait for a worker. */
export interface Span extends IdRange {
  readonly submission: number;
}

/** What the scheduler knows of a submission; script and environment stay in the store. */
export interface Submission extends IdRange {
  /** Identity of its pool. */
  readonly pool: string;
  readonly name: string;
  readonly resources: ResourceChoice;
  readonly rules: JobRules;
  readonly submittedAt: number;
}

export interface LiveSubmission extends Submission {
  /** Ranks that are not over. */
  readonly live: number;
  /** How long its ranks ran, the latest counting most; undefined before the first has ended under this controller. */
  readonly typicalMs: number | undefined;
}

export type Connection =
  | {
      readonly kind: "up";
      /** Grows with every connection to this worker. */
      readonly number: number;
      /** The agent can take back what was staged and has not begun. */
      readonly stages: boolean;
    }
  | {
      readonly kind: "down";
      readonly since: number;
      /** Since when nothing was said to it either, such as that its jobs may go on. */
      readonly quietSince: number;
      readonly reason: string;
      readonly permanent: boolean;
    };

/** Why and for how long a worker that refused a job is given none. */
export interface Hold {
  /** Nothing is sent to it before. */
  readonly until: number;
  readonly cause: RefusalReason;
  readonly reason: string;
}

export interface WorkerView {
  readonly entry: RosterWorker;
  readonly connection: Connection;
  /** No longer in the roster; it stays until its job is over or its connection breaks. */
  readonly leaving: boolean;
  /** Reason of its cordon, "" when there is none. */
  readonly cordon: string;
  /** It refused a job for a reason that may pass. */
  readonly hold: Hold | null;
  /** Its jobs in the order in which it was given them: it runs one at a time, the others are staged there. */
  readonly jobs: readonly number[];
  /** Of those the ones that it is being asked to give back: until it answers nothing else is said of them. */
  readonly takingBack: readonly number[];
  /** When its first job was last asked after or heard of. */
  readonly askedAt: number;
}

export interface Pool {
  readonly identity: string;
  readonly roster: Roster;
  readonly pointer: PoolPointer;
  readonly workers: ReadonlyMap<number, WorkerView>;
  /**
   * Attempts that are over for this queue and whose logs and files are still on their worker, by worker and by name
   * (`keyName`). They are collected, and only then forgotten.
   */
  readonly uncollected: ReadonlyMap<number, ReadonlyMap<string, AttemptKey>>;
  /** Ascending, disjoint. */
  readonly spans: readonly Span[];
  /** Ids of PENDING and RECOVERING jobs that have a row, ascending. */
  readonly waiting: readonly number[];
  /** Ranks that are not over. */
  readonly live: number;
  /** Its workers stay connected until then, also without jobs. */
  readonly wantedUntil: number;
  /** Why its stack gave no roster when it was read last; "" when all is well. */
  readonly trouble: string;
}

export interface State {
  /** 8 hex digits; names this queue on every worker. */
  readonly queue: string;
  readonly nextId: number;
  readonly pools: ReadonlyMap<string, Pool>;
  /** Those with ranks that are not over, by first id. */
  readonly submissions: ReadonlyMap<number, LiveSubmission>;
  /** Those that have a row and are not over. */
  readonly jobs: ReadonlyMap<number, LiveJob>;
}

/** The epoch of the roster that is left of a pool which its stack has no more; every real one is higher. */
export const GONE_EPOCH = 0;

/** Its stack was read, and the pool was not in it. Any roster makes it one that is there again. */
export function isGone({ roster }: Pick<Pool, "roster">): boolean {
  return roster.epoch === GONE_EPOCH;
}

export function rulesFor(state: State, job: JobBase): JobRules {
  return state.submissions.get(job.submission)?.rules ?? DEFAULT_RULES;
}

/** Of what waits for a pool the higher goes first. */
export function priorityOf(state: State, submission: number): number {
  return (state.submissions.get(submission)?.rules ?? DEFAULT_RULES).priority;
}

export function isTerminal(status: JobStatus): status is TerminalStatus {
  switch (status) {
    case "PENDING":
    case "STARTING":
    case "RUNNING":
    case "RECOVERING":
    case "CANCELLING":
      return false;
    case "SUCCEEDED":
    case "FAILED":
    case "FAILED_SETUP":
    case "FAILED_PRECHECKS":
    case "FAILED_NO_RESOURCE":
    case "FAILED_CONTROLLER":
    case "CANCELLED":
      return true;
  }
}

export const FAILURES: readonly UndoneJob["status"][] = [
  "FAILED",
  "FAILED_SETUP",
  "FAILED_PRECHECKS",
  "FAILED_NO_RESOURCE",
  "FAILED_CONTROLLER",
];

/** Over, and it may run once more. */
export function isUndone(status: JobStatus): status is UndoneJob["status"] {
  return isTerminal(status) && status !== "SUCCEEDED";
}

export function isLive(job: Job): job is LiveJob {
  return !isTerminal(job.status);
}

export function isAssigned(job: Job): job is AssignedJob {
  return job.status === "STARTING" || job.status === "RUNNING" || job.status === "CANCELLING";
}

export function isWaiting(job: Job): job is WaitingJob {
  return job.status === "PENDING" || job.status === "RECOVERING";
}
