/**
 * Which rank goes to which worker: strictly first in, first out within a pool; one job per worker; the newest
 * generation first. A rank that fits none of the free workers holds back those behind it.
 */

import type { Change, Effect, Step } from "./events.ts";
import { attemptKey } from "./keys.ts";
import type { Pool, Span, StartingJob, State, WaitingJob, WorkerView } from "./model.ts";
import { obstacle } from "./obstacle.ts";
import { assignAgain, assignFirst } from "./transitions.ts";

const ANYTHING = { ordered: false, anyOf: [] };

type Candidate = { readonly submission: number } & (
  | { readonly kind: "rank"; readonly id: number; readonly span: Span }
  | { readonly kind: "again"; readonly job: WaitingJob }
);

export function schedule(state: State, now: number): Step {
  const changes: Change[] = [];
  const effects: Effect[] = [];
  for (const pool of state.pools.values()) {
    if (pool.live === 0) continue;
    for (const [change, effect] of assignments(state, pool, now)) {
      changes.push(change);
      effects.push(effect);
    }
  }
  return { changes, effects };
}

function* assignments(state: State, pool: Pool, now: number): Generator<[Change, Effect]> {
  const free = [...pool.workers.values()].filter((view) => !obstacle(view, ANYTHING, now)).toSorted(newestFirst);
  if (free.length === 0) return;
  for (const candidate of candidates(state, pool)) {
    const resources = state.submissions.get(candidate.submission)?.resources ?? ANYTHING;
    const at = free.findIndex((view) => !obstacle(view, resources, now));
    const [view] = at < 0 ? [] : free.splice(at, 1);
    if (!view) return;
    const [change, job] = assign(candidate, view.entry.id);
    yield [change, startEffect(state, job, view)];
    if (free.length === 0) return;
  }
}

export function newestFirst(a: WorkerView, b: WorkerView): number {
  return b.entry.generation - a.entry.generation || a.entry.id - b.entry.id;
}

function assign(candidate: Candidate, worker: number): [Change, StartingJob] {
  switch (candidate.kind) {
    case "rank": {
      const job = assignFirst(candidate.id, candidate.submission, worker);
      return [{ kind: "assigned", span: candidate.span, job }, job];
    }
    case "again": {
      const { status, attempt } = candidate.job;
      const job = assignAgain(candidate.job, worker);
      return [{ kind: "moved", expected: { status, attempt }, job }, job];
    }
  }
}

function startEffect(state: State, job: StartingJob, view: WorkerView): Effect {
  const submission = state.submissions.get(job.submission);
  if (!submission || view.connection.kind !== "up") throw new Error(`job ${job.id} can't be started now`);
  const key = attemptKey(state.queue, job);
  return { kind: "start", pool: submission.pool, worker: job.worker, key, number: view.connection.number };
}

/** What waits in the pool, by id: jobs that came back and ranks that were never handed out. */
function* candidates(state: State, pool: Pool): Generator<Candidate> {
  const waiting = pool.waiting.values();
  let next = waiting.next();
  function* backBefore(id: number): Generator<Candidate> {
    for (; !next.done && next.value < id; next = waiting.next()) {
      const job = state.jobs.get(next.value);
      if (job?.status === "PENDING" || job?.status === "RECOVERING") {
        yield { kind: "again", job, submission: job.submission };
      }
    }
  }
  for (const span of pool.spans) {
    for (let id = span.first; id <= span.last; id += 1) {
      yield* backBefore(id);
      yield { kind: "rank", id, submission: span.submission, span: { ...span, first: id } };
    }
  }
  yield* backBefore(Number.POSITIVE_INFINITY);
}
