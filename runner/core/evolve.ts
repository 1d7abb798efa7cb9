/**
 * Applies changes to the state in memory. The only code that writes to it; it decides nothing, and trusts that each
 * change was made from this very state.
 */

import type { AttemptKey } from "../../worker/index.ts";
import type { AttemptRef, Change, StoredChange } from "./events.ts";
import { keyName } from "./keys.ts";
import type { EndedJob, Job, LiveJob, LiveSubmission, Pool, Span, State, Submission, WorkerView } from "./model.ts";
import { isAssigned, isLive, isWaiting } from "./model.ts";
import { size } from "./ranges.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };
export type DraftPool = Writable<Omit<Pool, "workers" | "uncollected" | "spans" | "waiting">> & {
  readonly workers: Map<number, WorkerView>;
  readonly uncollected: Map<number, Map<string, AttemptKey>>;
  readonly spans: Span[];
  readonly waiting: number[];
};
/** The state as its owner holds it. */
export interface Draft extends State {
  nextId: number;
  readonly pools: Map<string, DraftPool>;
  readonly submissions: Map<number, Writable<LiveSubmission>>;
  readonly jobs: Map<number, LiveJob>;
}

export function evolve(state: Draft, change: Change): void {
  switch (change.kind) {
    case "submitted":
      return addSubmission(state, change.submission);
    case "assigned":
      return takeHead(state, change.span, change.job);
    case "moved":
      return move(state, change.job);
    case "retried":
      return revive(state, change.submission, change.job);
    case "span-cancelled":
      return cutSpan(state, change);
    case "span-retried":
      return reviveSpan(state, change);
    case "pool":
      return setPool(state, change);
    case "worker":
      poolOf(state, change.pool).workers.set(change.view.entry.id, change.view);
      return;
    case "worker-gone":
      removeWorker(poolOf(state, change.pool), change.worker);
      return;
    case "uncollected":
      return addUncollected(state, change);
    case "collected":
      return dropUncollected(poolOf(state, change.pool), change);
    case "touched":
      return touch(poolOf(state, change.pool), change);
    case "noted":
      state.jobs.set(change.job.id, change.job);
      return;
    case "wanted":
      poolOf(state, change.pool).wantedUntil = change.until;
      return;
    case "trouble":
      poolOf(state, change.pool).trouble = change.trouble;
      return;
  }
}

function poolOf(state: Draft, identity: string): DraftPool {
  const pool = state.pools.get(identity);
  if (!pool) throw new Error(`a change for pool ${identity}, which is not known`);
  return pool;
}

function touch(pool: DraftPool, { worker, view: part }: Extract<Change, { kind: "touched" }>): void {
  const view = pool.workers.get(worker);
  if (view) pool.workers.set(worker, { ...view, ...part });
}

function submissionOf(state: Draft, first: number): Writable<LiveSubmission> {
  const submission = state.submissions.get(first);
  if (!submission) throw new Error(`a change for submission ${first}, which is not live`);
  return submission;
}

function addSubmission(state: Draft, submission: Submission): void {
  const { first, last } = submission;
  const pool = poolOf(state, submission.pool);
  state.nextId = last + 1;
  state.submissions.set(first, { ...submission, live: size(submission), typicalMs: undefined });
  pool.spans.push({ first, last, submission: first });
  pool.live += size(submission);
}

function spanIndex(pool: DraftPool, span: Span): number {
  const at = pool.spans.findIndex((other) => other.last === span.last);
  if (at < 0) throw new Error(`span ${span.first}-${span.last} is not pending`);
  return at;
}

function takeHead(state: Draft, span: Span, job: LiveJob): void {
  const pool = poolOf(state, submissionOf(state, job.submission).pool);
  const rest = job.id < span.last ? [{ ...span, first: job.id + 1 }] : [];
  pool.spans.splice(spanIndex(pool, span), 1, ...rest);
  place(state, pool, job);
}

function place(state: Draft, pool: DraftPool, job: LiveJob): void {
  state.jobs.set(job.id, job);
  if (isAssigned(job)) giveJob(pool, job.worker, job.id);
  else insertSorted(pool.waiting, job.id);
}

function move(state: Draft, job: Job): void {
  const pool = poolOf(state, submissionOf(state, job.submission).pool);
  const before = state.jobs.get(job.id);
  if (!before) throw new Error(`job ${job.id} moves to ${job.status}, but it is not live`);
  if (isWaiting(before)) pool.waiting.splice(pool.waiting.indexOf(job.id), 1);
  else if (!(isAssigned(job) && job.worker === before.worker)) takeJob(pool, before.worker, job.id);
  if (isLive(job)) return place(state, pool, job);
  state.jobs.delete(job.id);
  learn(state, job);
  over(state, pool, { submission: job.submission, count: 1 });
}

/** What it takes to run such a rank. */
function learn(state: Draft, { submission: first, startedAt, endedAt, exitCode }: EndedJob): void {
  if (startedAt === null || exitCode === null) return;
  const submission = submissionOf(state, first);
  const ran = Math.max(0, endedAt - startedAt);
  const { typicalMs = ran } = submission;
  submission.typicalMs = typicalMs + (ran - typicalMs) / 4;
}

/** A job that was over is live again. */
function revive(state: Draft, submission: Submission, job: LiveJob): void {
  place(state, livePool(state, submission, 1), job);
}

/** So are ranks that were cancelled before they had a row. */
function reviveSpan(state: Draft, { submission, cut }: Extract<StoredChange, { kind: "span-retried" }>): void {
  const { spans } = livePool(state, submission, size(cut));
  const before = spans.findLastIndex((span) => span.first < cut.first);
  spans.splice(before + 1, 0, { first: cut.first, last: cut.last, submission: submission.first });
}

/** Counts ranks of a submission that may have been over; answers its pool. */
function livePool(state: Draft, submission: Submission, ranks: number): DraftPool {
  const pool = poolOf(state, submission.pool);
  const known = state.submissions.get(submission.first) ?? { ...submission, live: 0, typicalMs: undefined };
  known.live += ranks;
  state.submissions.set(submission.first, known);
  pool.live += ranks;
  return pool;
}

function over(state: Draft, pool: DraftPool, ended: { readonly submission: number; readonly count: number }): void {
  const submission = submissionOf(state, ended.submission);
  submission.live -= ended.count;
  pool.live -= ended.count;
  if (submission.live === 0) state.submissions.delete(ended.submission);
}

function cutSpan(state: Draft, change: Extract<StoredChange, { kind: "span-cancelled" }>): void {
  const { span, cut } = change;
  const pool = poolOf(state, submissionOf(state, span.submission).pool);
  const rest: Span[] = [];
  if (span.first < cut.first) rest.push({ ...span, last: cut.first - 1 });
  if (cut.last < span.last) rest.push({ ...span, first: cut.last + 1 });
  pool.spans.splice(spanIndex(pool, span), 1, ...rest);
  over(state, pool, { submission: span.submission, count: size(cut) });
}

export function addUncollected(state: Draft, { pool: identity, worker, key }: AttemptRef): void {
  const { uncollected } = poolOf(state, identity);
  const ofWorker = uncollected.get(worker) ?? new Map<string, AttemptKey>();
  uncollected.set(worker, ofWorker.set(keyName(key), key));
}

function dropUncollected(pool: DraftPool, { worker, keys }: Extract<StoredChange, { kind: "collected" }>): void {
  const ofWorker = pool.uncollected.get(worker);
  for (const key of keys) ofWorker?.delete(keyName(key));
  if (ofWorker?.size === 0) pool.uncollected.delete(worker);
}

/** Its rows in the store go when a controller begins and does not find it (react.ts). */
function removeWorker(pool: DraftPool, worker: number): void {
  pool.workers.delete(worker);
  pool.uncollected.delete(worker);
}

function setPool(state: Draft, { roster, pointer }: Extract<StoredChange, { kind: "pool" }>): void {
  const known = state.pools.get(roster.identity);
  if (known) Object.assign(known, { roster, pointer });
  else state.pools.set(roster.identity, emptyPool({ roster, pointer }));
}

export function emptyPool(init: Pick<Pool, "roster" | "pointer">): DraftPool {
  return {
    ...init,
    identity: init.roster.identity,
    workers: new Map(),
    uncollected: new Map(),
    spans: [],
    waiting: [],
    live: 0,
    wantedUntil: 0,
    trouble: "",
  };
}

/** Behind those that it has. A worker that is gone is given none. */
function giveJob(pool: DraftPool, worker: number, job: number): void {
  const view = pool.workers.get(worker);
  if (view && !view.jobs.includes(job)) pool.workers.set(worker, { ...view, jobs: [...view.jobs, job] });
}

function takeJob(pool: DraftPool, worker: number, job: number): void {
  const view = pool.workers.get(worker);
  const others = (ids: readonly number[]) => (ids.includes(job) ? ids.filter((id) => id !== job) : ids);
  if (view) pool.workers.set(worker, { ...view, jobs: others(view.jobs), takingBack: others(view.takingBack) });
}

function insertSorted(ids: number[], id: number): void {
  // From the end, where most belong.
  ids.splice(ids.findLastIndex((other) => other < id) + 1, 0, id);
}
