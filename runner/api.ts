/**
 * What the controller answers over its Unix socket: one JSON object per line each way.
 *
 *     -> {"id": 1, "method": "submit", "params": {…}}
 *     <- {"id": 1, "item": …}      any number of times, for methods that stream
 *     <- {"id": 1, "result": …}    or {"id": 1, "error": {"name", "message", "exitCode"}}; always the last line of a call
 *     -> {"id": 1, "abort": true}  ends a streaming call early
 */
import type { ExitCode, JobSpec } from "../spec/index.ts";
import type { PoolPointer, Roster } from "../worker/index.ts";
import type { CordonChange, CordonOutcome } from "./cordon.ts";

export type { PoolPointer };

/** SkyPilot's names. The last six are terminal. */
export type JobStatus =
  | "PENDING"
  | "STARTING"
  | "RUNNING"
  | "RECOVERING"
  | "CANCELLING"
  | "SUCCEEDED"
  | "FAILED"
  | "FAILED_SETUP"
  | "FAILED_PRECHECKS"
  | "FAILED_NO_RESOURCE"
  | "FAILED_CONTROLLER"
  | "CANCELLED";

/** First and last job id, both included. */
export interface IdRange {
  readonly first: number;
  readonly last: number;
}

export interface SubmitParams {
  readonly job: JobSpec;
  readonly numJobs: number;
  readonly pointer: PoolPointer;
  /** The roster that the CLI just read from the stack. */
  readonly roster: Roster;
  readonly user: string;
}
export interface SubmitResult {
  readonly ids: IdRange;
}

export interface QueueParams {
  readonly pool?: string;
  readonly ids?: readonly IdRange[];
  readonly name?: string;
  readonly statuses?: readonly JobStatus[];
  /** Only what was submitted then or later, in milliseconds since 1970. */
  readonly since?: number;
  /** Rows at most, newest ids first. */
  readonly limit: number;
  /** Only ids below this one: the key of the next page. */
  readonly before?: number;
}
export interface JobRow {
  readonly id: number;
  readonly name: string;
  readonly pool: string;
  readonly rank: number;
  readonly numJobs: number;
  readonly status: JobStatus;
  /** Worker id of the present or last attempt; absent before the first. */
  readonly worker?: number;
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly exitCode?: number;
  /** Why it is pending, unknown, recovering or failed; "" when there is nothing to say. */
  readonly reason: string;
}
export interface QueueResult {
  readonly rows: readonly JobRow[];
  /** Pass as `before` for the next page; absent on the last. */
  readonly next?: number;
}

/** One run of a job on a worker. */
export interface AttemptRow extends Pick<JobRow, "attempt" | "worker" | "startedAt" | "endedAt" | "exitCode"> {
  /** Why it ended; "" while it runs, and when there is nothing to say. */
  readonly reason: string;
}

export interface ShowParams {
  readonly id: number;
}
/** Everything about one job but the values of its secrets. */
export interface ShowResult {
  readonly job: JobRow;
  readonly user: string;
  /** What each rank runs. */
  readonly run: string;
  readonly envs: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** `2 cpus, 1 L4`; "" for a whole worker. */
  readonly wants: string;
  /** First to last. */
  readonly attempts: readonly AttemptRow[];
  /** How its last worker is called; absent when that is gone. */
  readonly workerName?: string;
  readonly why?: Why;
}

/** What a waiting job waits for, as the scheduler sees it. */
export interface Why {
  /** Jobs that get a worker before it. */
  readonly ahead: number;
  readonly workers: readonly {
    readonly id: number;
    readonly name: string;
    /** What keeps it from having the job; absent when nothing does. */
    readonly obstacle?: WhyObstacle;
    /** More of that in words; "" when there is no more. */
    readonly detail: string;
  }[];
  /** The pool's workers that there are to be. */
  readonly target: number;
  /** The pool is in its stack no more: what to do about that, in words. */
  readonly gone?: string;
}
export type WhyObstacle =
  | "not-ready"
  | "leaving"
  | "disconnected"
  | "cordoned"
  | "busy"
  | "held"
  | "disk-full"
  | "too-small";

export interface WorkersParams {
  /** Those that nobody wanted anything of are tried first, so that what does not answer is known. */
  readonly tried?: boolean;
}
/** A worker as the controller sees it now. */
export interface WorkerRow {
  /** Identity of its pool. */
  readonly pool: string;
  readonly id: number;
  readonly name: string;
  readonly connected: boolean;
  /** Why it is unreachable; "" when it is connected, and when that was not tried. */
  readonly trouble: string;
  /** It is tried and cannot be reached, and was not heard of since then; absent when that is not known. */
  readonly unreachableSince?: number;
  /** Why it takes no new jobs; "" when it does. */
  readonly cordon: string;
  /** Why it is given no job for a while: it refused one; absent when it is not so. */
  readonly held?: string;
  /** The job that it has. */
  readonly job?: number;
}

export interface CordonParams {
  /** Identity of its pool. */
  readonly pool: string;
  readonly worker: number;
  readonly change: CordonChange;
}

/** Those of them that failed or were cancelled run again. Either ids or a name. */
export interface RetryParams {
  readonly ids?: readonly IdRange[];
  readonly name?: string;
  /** Only those that failed. */
  readonly failed?: boolean;
}
export interface RetryResult {
  readonly retried: readonly IdRange[];
  /** Of the ids that were given: those that are there and were not retried. */
  readonly others: readonly IdRange[];
  readonly missing: readonly IdRange[];
}

/** A page of submissions, whatever the number of their ranks. */
export interface SubmissionsParams extends Pick<QueueParams, "pool" | "name" | "since" | "limit"> {
  /** Only those with ranks that are not over. */
  readonly unfinished?: boolean;
  /** Only those whose first id is below this one. */
  readonly before?: number;
}
export interface SubmissionRow {
  readonly ids: IdRange;
  readonly name: string;
  readonly pool: string;
  readonly submittedAt: number;
  /** When the first of its ranks began, and when the last one ended if all are over. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly byStatus: Readonly<Partial<Record<JobStatus, number>>>;
  /** Ids of the workers that have ranks of it now, ascending. */
  readonly workers: readonly number[];
  /** Why none of it runs while ranks wait; "" when there is nothing to say. */
  readonly reason: string;
  /** Its only job. */
  readonly job?: JobRow;
}
export interface SubmissionsResult {
  readonly rows: readonly SubmissionRow[];
  /** Pass as `before` for the next page; absent on the last. */
  readonly next?: number;
}

/** How a set of jobs stands: streamed by `watch` whenever it changed (at most ten times a second). */
export interface Counts {
  readonly total: number;
  readonly byStatus: Readonly<Partial<Record<JobStatus, number>>>;
  readonly lastFailed: readonly JobRow[];
}
export interface WatchParams {
  readonly ids: readonly IdRange[];
}
/** Ends when every job of the ranges is terminal. `missing`: ids that do not exist. */
export interface WatchResult {
  readonly counts: Counts;
  readonly missing: readonly IdRange[];
}

export interface LogsParams {
  readonly id: number;
  readonly follow: boolean;
  /** An earlier attempt; the last one unless told. */
  readonly attempt?: number;
  /** Only the last so many lines. */
  readonly tail?: number;
}
/** Base64, since logs are bytes. */
export interface LogItem {
  readonly data: string;
}
/** The job as it stood when the log ended. */
export interface LogsResult {
  readonly job: JobRow;
}

export interface CancelParams {
  readonly ids?: readonly IdRange[];
  readonly name?: string;
  readonly pool?: string;
  readonly all?: boolean;
  /** What the jobs say afterwards. */
  readonly reason?: string;
}
export interface CancelResult {
  readonly cancelled: readonly IdRange[];
  readonly alreadyOver: readonly IdRange[];
  readonly missing: readonly IdRange[];
}

/** Who answers. Asked by every command, so it must cost nothing, however long the queue is. */
export interface ControllerHello {
  readonly pid: number;
  readonly version: string;
}

/** Lines of the controller's log that say the same count as one. */
export interface LastError {
  /** The last time. */
  readonly at: number;
  readonly text: string;
  readonly count: number;
  /** What it is about: a pool's identity, the id of a worker of it. */
  readonly pool?: string;
  readonly worker?: number;
}

export interface ControllerStatus extends ControllerHello {
  readonly socket: string;
  readonly log: string;
  readonly database: string;
  readonly uptimeSeconds: number;
  readonly queue: Readonly<Partial<Record<JobStatus, number>>>;
  /** Connections to its socket. */
  readonly clients: number;
  /** Of the queue, since its start and on average over the last ten seconds. */
  readonly commits: { readonly total: number; readonly perSecond: number };
  /** Newest first. */
  readonly lastErrors: readonly LastError[];
  readonly pools: readonly {
    readonly pool: string;
    readonly stack: string;
    readonly workers: number;
    readonly connected: number;
    /** Which workers are unreachable, one sentence each. */
    readonly problems?: readonly string[];
  }[];
  /** Why nothing can be written to the queue now; absent when all is well. */
  readonly trouble?: string;
  /** Why logs are not copied from the workers now; absent when all is well. */
  readonly logTrouble?: string;
}

export interface Methods {
  submit: { params: SubmitParams; item: never; result: SubmitResult };
  queue: { params: QueueParams; item: never; result: QueueResult };
  submissions: { params: SubmissionsParams; item: never; result: SubmissionsResult };
  show: { params: ShowParams; item: never; result: ShowResult };
  /** Of the pools that it knows. */
  workers: { params: WorkersParams; item: never; result: readonly WorkerRow[] };
  /** Over the connection that stands; null when there is none. */
  cordon: { params: CordonParams; item: never; result: CordonOutcome | null };
  retry: { params: RetryParams; item: never; result: RetryResult };
  watch: { params: WatchParams; item: Counts; result: WatchResult };
  logs: { params: LogsParams; item: LogItem; result: LogsResult };
  cancel: { params: CancelParams; item: never; result: CancelResult };
  hello: { params: Record<string, never>; item: never; result: ControllerHello };
  status: { params: Record<string, never>; item: never; result: ControllerStatus };
  /** Ends the controller; running jobs go on. */
  stop: { params: Record<string, never>; item: never; result: Record<string, never> };
}

export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly exitCode: ExitCode;
}
