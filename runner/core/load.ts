/** Builds the state in memory from what the store holds: the live part of the queue, never its history. */

import type { Roster } from "../../worker/index.ts";
import type { PoolPointer } from "../api.ts";
import type { AttemptRef } from "./events.ts";
import type { Draft } from "./evolve.ts";
import { addUncollected, emptyPool } from "./evolve.ts";
import type { LiveJob, Span, Submission } from "./model.ts";
import { isAssigned } from "./model.ts";
import { newWorker } from "./on-roster.ts";
import { size } from "./ranges.ts";

/** Everything that is not over, each list by ascending id. */
export interface Snapshot {
  readonly queue: string;
  readonly nextId: number;
  readonly pools: readonly { readonly roster: Roster; readonly pointer: PoolPointer }[];
  readonly submissions: readonly Submission[];
  readonly spans: readonly Span[];
  readonly jobs: readonly LiveJob[];
  readonly uncollected: readonly AttemptRef[];
}

export function load(snapshot: Snapshot, now: number): Draft {
  const { queue, nextId } = snapshot;
  const state: Draft = { queue, nextId, pools: new Map(), submissions: new Map(), jobs: new Map() };
  for (const { roster, pointer } of snapshot.pools) {
    const pool = emptyPool({ roster, pointer });
    for (const entry of roster.workers) pool.workers.set(entry.id, newWorker(entry, now));
    state.pools.set(roster.identity, pool);
  }
  for (const submission of snapshot.submissions) {
    state.submissions.set(submission.first, { ...submission, live: 0, typicalMs: undefined });
  }
  for (const span of snapshot.spans) count(state, span.submission, size(span))?.spans.push(span);
  for (const job of snapshot.jobs) loadJob(state, job);
  for (const ref of snapshot.uncollected) addUncollected(state, ref);
  return state;
}

function loadJob(state: Draft, job: LiveJob): void {
  const pool = count(state, job.submission, 1);
  state.jobs.set(job.id, job);
  if (!isAssigned(job)) pool?.waiting.push(job.id);
  else {
    const view = pool?.workers.get(job.worker);
    // What was staged stands behind what had begun.
    const jobs = view && (job.status === "STARTING" ? [...view.jobs, job.id] : [job.id, ...view.jobs]);
    if (view && jobs) pool?.workers.set(job.worker, { ...view, jobs });
  }
}

/** Counts live ranks of a submission; answers its pool. */
function count(state: Draft, first: number, ranks: number) {
  const submission = state.submissions.get(first);
  const pool = submission && state.pools.get(submission.pool);
  if (!submission || !pool) throw new Error(`the queue's database names submission ${first}, which it does not hold`);
  submission.live += ranks;
  pool.live += ranks;
  return pool;
}
