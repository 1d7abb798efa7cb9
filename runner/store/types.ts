/**
 * Where the queue is kept. One interface, whatever the database; test/runner/store/conformance.ts says what each
 * implementation must do. It decides nothing: it writes what the core decided, if the rows still look as the core saw
 * them.
 */

import type { JobSpec } from "../../spec/index.ts";
import type { AttemptRow, IdRange, JobRow, JobStatus, QueueParams, SubmissionRow, SubmissionsParams } from "../api.ts";
import type { Snapshot, StoredChange, Submission } from "../core/index.ts";

/** What all ranks of a submission run; holds secrets, so it never goes into a log or an answer. */
export interface Payload {
  readonly submission: Submission;
  readonly job: JobSpec;
  readonly user: string;
}

/** A row of the queue as it was committed. */
export interface StoredRow extends JobRow {
  /** First id of its submission. */
  readonly submission: number;
  /** Identity of its pool. */
  readonly poolIdentity: string;
}

export interface PageQuery extends QueueParams {
  /** Only jobs that were handed out to a worker once. */
  readonly handedOut?: boolean;
}

export interface RanksOf extends IdRange {
  /** First id of their submission. */
  readonly submission: number;
}

/** All ranks of a submission as they were committed, counted. */
export interface StoredSubmission extends Omit<SubmissionRow, "reason" | "job" | "workers"> {
  /** A rank that waits, if there is one. */
  readonly waiting?: number;
}

export interface Store extends AsyncDisposable {
  /** What the store is, for people: a path, or a URL without its password. */
  readonly location: string;
  /** Says that a controller begins: adds one to the fencing epoch, durably, and answers it. */
  takeOver(): Promise<number>;
  /** All that is not over. */
  load(): Promise<Snapshot>;
  /**
   * All in one transaction, durable when it settles; in order. Answers the changes whose row was no longer as expected:
   * those were dropped, the others are written. @throws StoreError, and then nothing was written.
   */
  commit(changes: readonly StoredChange[]): Promise<readonly StoredChange[]>;
  payload(submission: number): Promise<Payload | undefined>;
  /** The attempts of a job that another one followed, or is to follow; first to last. */
  attempts(job: number): Promise<readonly AttemptRow[]>;
  /** At most `limit` rows, newest ids first. */
  page(query: PageQuery): Promise<readonly StoredRow[]>;
  /** Ranks that were cancelled before they were handed out, lowest first; what touches within a submission is one range. */
  cancelledRanks(query: Pick<QueueParams, "ids" | "name">): Promise<readonly RanksOf[]>;
  /** At most `limit`, newest first. Its cost does not grow with the ranks that are over. */
  submissions(query: SubmissionsParams): Promise<readonly StoredSubmission[]>;
  /** How many of the ranges' jobs are in which status. */
  counts(ranges: readonly IdRange[]): Promise<ReadonlyMap<JobStatus, number>>;
}
