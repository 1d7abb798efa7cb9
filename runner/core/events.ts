/**
 * What can happen (Event), what is to become of it (Change: applied to the state, the stored ones also to the database
 * in one commit), and what must be done outside once that is durable (Effect).
 */

import type { JobSpec } from "../../spec/index.ts";
import type { AttemptKey, AttemptStatus, Hello, RefusalReason, Roster } from "../../worker/index.ts";
import type { CancelParams, CancelResult, IdRange, PoolPointer } from "../api.ts";
import type {
  AssignedJob,
  AssignedStatus,
  EndedJob,
  Job,
  LiveStatus,
  PendingJob,
  Span,
  StartingJob,
  Submission,
  UndoneJob,
  WorkerView,
} from "./model.ts";

/** One worker of one pool: the pool's identity and the worker's id. */
export interface WorkerRef {
  readonly pool: string;
  readonly worker: number;
}

export interface AttemptRef extends WorkerRef {
  readonly key: AttemptKey;
}

export type Event =
  /** The state was just read from the store. */
  | { readonly kind: "loaded" }
  | {
      readonly kind: "submit";
      readonly job: JobSpec;
      readonly numJobs: number;
      readonly user: string;
      readonly roster: Roster;
      readonly pointer: PoolPointer;
    }
  | { readonly kind: "cancel"; readonly select: CancelParams }
  /** Jobs as the store has them, that failed or were cancelled; `ranks` were cancelled before they had a row. */
  | {
      readonly kind: "retry";
      readonly jobs: readonly (UndoneJob & { readonly of: Submission })[];
      readonly ranks: readonly (IdRange & { readonly of: Submission })[];
    }
  | /** `pointer` is given when it comes with a submission. */ {
      readonly kind: "roster";
      readonly roster: Roster;
      readonly pointer?: PoolPointer;
    }
  /** Somebody needs the pool's workers connected, for a log. */
  | { readonly kind: "wanted"; readonly pool: string; readonly forMs: number }
  /** No worker of the pool answers, and its stack was read: why that gave no roster, "" when it did. */
  | {
      readonly kind: "stack-read";
      readonly pool: string;
      readonly trouble: string;
      /** The stack was read, and the pool is not in it any more. */
      readonly gone?: boolean;
    }
  /** Something is about to be said to a worker that is not connected yet. */
  | ({ readonly kind: "reached" } & WorkerRef)
  | ({ readonly kind: "connected"; readonly number: number; readonly hello: Hello } & WorkerRef)
  | ({ readonly kind: "disconnected"; readonly reason: string; readonly permanent: boolean } & WorkerRef)
  /** `believed`: what we took the job for when we asked. */
  | ({ readonly kind: "answer"; readonly believed: AssignedStatus; readonly status: AttemptStatus } & AttemptRef)
  | ({ readonly kind: "started"; readonly at: number } & AttemptRef)
  | ({
      readonly kind: "exit";
      readonly code: number;
      readonly startedAt: number;
      readonly endedAt: number;
    } & AttemptRef)
  | ({ readonly kind: "refused"; readonly reason: RefusalReason; readonly detail: string } & AttemptRef)
  /** What became of a take-back: `taken` means that it will not begin. Otherwise it has, or goes on waiting there. */
  | ({ readonly kind: "taken-back"; readonly taken: boolean } & AttemptRef)
  | ({ readonly kind: "cordon"; readonly reason: string } & WorkerRef)
  /** Their logs are copied, and their worker has forgotten them. */
  | ({ readonly kind: "collected"; readonly keys: readonly AttemptKey[] } & WorkerRef)
  | ({ readonly kind: "roster-epoch"; readonly epoch: number } & WorkerRef)
  | { readonly kind: "tick" };

export type EventOf<K extends Event["kind"]> = Extract<Event, { readonly kind: K }>;

/** What the row of a job must look like for a change to be written; otherwise the change is stale. */
export interface Expected {
  readonly status: LiveStatus;
  readonly attempt: number;
}

export type StoredChange =
  | { readonly kind: "submitted"; readonly submission: Submission; readonly job: JobSpec; readonly user: string }
  /** The first rank of `span` gets its row. */
  | { readonly kind: "assigned"; readonly span: Span; readonly job: StartingJob }
  | { readonly kind: "moved"; readonly expected: Expected; readonly job: Job }
  /** A job that was over is not over any more; its last attempt becomes history. */
  | {
      readonly kind: "retried";
      readonly submission: Submission;
      readonly expected: { readonly status: UndoneJob["status"]; readonly attempt: number };
      readonly job: PendingJob;
    }
  /** Ranks that were cancelled before they had a row wait once more. */
  | { readonly kind: "span-retried"; readonly submission: Submission; readonly cut: IdRange }
  /** `cut`, a part of the pending `span`, is cancelled. */
  | {
      readonly kind: "span-cancelled";
      readonly span: Span;
      readonly cut: IdRange;
      readonly at: number;
      readonly reason?: string;
    }
  | { readonly kind: "pool"; readonly roster: Roster; readonly pointer: PoolPointer }
  /** The attempt is over for this queue; its log and files are still on its worker. */
  | ({ readonly kind: "uncollected" } & AttemptRef)
  | ({ readonly kind: "collected"; readonly keys: readonly AttemptKey[] } & WorkerRef);

/** Changes that a restart of the controller may forget. */
export type VolatileChange =
  | { readonly kind: "worker"; readonly pool: string; readonly view: WorkerView }
  | { readonly kind: "worker-gone"; readonly pool: string; readonly worker: number }
  /** What changes with its jobs and is no reason to connect or not. */
  | {
      readonly kind: "touched";
      readonly pool: string;
      readonly worker: number;
      readonly view: Partial<Pick<WorkerView, "askedAt" | "takingBack">>;
    }
  | { readonly kind: "noted"; readonly job: AssignedJob }
  | { readonly kind: "wanted"; readonly pool: string; readonly until: number }
  | { readonly kind: "trouble"; readonly pool: string; readonly trouble: string };

export type Change = StoredChange | VolatileChange;

export type Effect =
  /** Only over connection `number`: over a later one the worker is asked first. */
  | ({ readonly kind: "start"; readonly number: number } & AttemptRef)
  | ({ readonly kind: "query"; readonly believed: AssignedStatus } & AttemptRef)
  | ({ readonly kind: "cancel"; readonly graceSeconds: number } & AttemptRef)
  /** It is staged behind a job that takes its time: if it has not begun it goes back to the queue. */
  | ({ readonly kind: "take-back" } & AttemptRef)
  /** Its result is durable: once its log is copied the worker may forget it, or leave. */
  | ({ readonly kind: "acknowledge" } & AttemptRef)
  | ({ readonly kind: "read-roster" } & WorkerRef)
  | { readonly kind: "ended"; readonly pool: string; readonly job: EndedJob }
  /** Nothing follows: it belongs to an attempt that is over or elsewhere. Worth a line in the log. */
  | { readonly kind: "stale"; readonly event: Event["kind"]; readonly ref: AttemptRef };

export interface Step {
  readonly changes: readonly Change[];
  readonly effects: readonly Effect[];
  /** Only after `cancel`. */
  readonly cancelled?: CancelResult;
}

export const NOTHING: Step = { changes: [], effects: [] };

export function isStored(change: Change): change is StoredChange {
  switch (change.kind) {
    case "submitted":
    case "assigned":
    case "moved":
    case "retried":
    case "span-cancelled":
    case "span-retried":
    case "pool":
    case "uncollected":
    case "collected":
      return true;
    case "worker":
    case "worker-gone":
    case "touched":
    case "noted":
    case "wanted":
    case "trouble":
      return false;
  }
}
