/**
 * Which rank goes to which worker: the highest priority first, and within one strictly first in, first out; of the
 * workers the newest generation first. When all are
 * busy the next ranks are staged where that saves time (staging.ts). A rank that fits none holds back those behind it.
 */

import type { Change, Effect, Step } from "./events.ts";
import { attemptKey } from "./keys.ts";
import type { LiveSubmission, Pool, Span, StartingJob, State, WaitingJob, WorkerView } from "./model.ts";
import { isWaiting, priorityOf } from "./model.ts";
import { obstacle } from "./obstacle.ts";
import { depthFor, mayStage } from "./staging.ts";
import { assignAgain, assignFirst } from "./transitions.ts";

const ANYTHING = { ordered: false, anyOf: [] };

type Candidate = { readonly submission: number } & (
  | { readonly kind: "rank"; readonly id: number; readonly span: Span }
  | { readonly kind: "again"; readonly job: WaitingJob }
);

/** At most `most` ranks; where it is so many, there may be more to hand out. */
export function schedule(state: State, now: number, most: number = Number.POSITIVE_INFINITY): Step {
  const changes: Change[] = [];
  const effects: Effect[] = [];
  for (const pool of state.pools.values()) {
    if (pool.live === 0 || (pool.spans.length === 0 && pool.waiting.length === 0)) continue;
    for (const step of assignments(state, pool, now)) {
      changes.push(...step.changes);
      effects.push(...step.effects);
      if (effects.length >= most) return { changes, effects };
    }
  }
  return { changes, effects };
}

function* assignments(state: State, pool: Pool, now: number): Generator<Step> {
  const places = placesOf(state, pool, now);
  if (places.length === 0) return;
  for (const candidate of candidates(state, pool)) {
    const submission = state.submissions.get(candidate.submission);
    const place = submission && bestPlace(places, submission, now);
    if (!place) return;
    const { view } = place;
    const [change, job] = assign(candidate, view.entry.id);
    const isFirst = place.jobs === 0;
    const heard: Change = { kind: "touched", pool: pool.identity, worker: view.entry.id, view: { askedAt: now } };
    yield { changes: isFirst ? [change, heard] : [change], effects: [startEffect(state, job, view)] };
    place.jobs += 1;
    place.stages &&= depthFor(submission) > 1;
  }
}

/** A worker that may be given jobs, with how many it has by now. */
interface Place {
  readonly view: WorkerView;
  jobs: number;
  /** More may be staged behind these. */
  stages: boolean;
}

function placesOf(state: State, pool: Pool, now: number): Place[] {
  return [...pool.workers.values()]
    .filter((view) => !obstacle({ ...view, jobs: [] }, ANYTHING, now))
    .map((view) => ({ view, jobs: view.jobs.length, stages: mayStage(state, view, now) }))
    .filter(({ jobs, stages }) => jobs === 0 || stages)
    .toSorted((a, b) => newestFirst(a.view, b.view));
}

/** A free worker if there is one; otherwise, if such jobs may be staged, where the fewest are. */
function bestPlace(places: readonly Place[], submission: LiveSubmission, now: number): Place | undefined {
  const depth = depthFor(submission);
  let best: Place | undefined;
  for (const place of places) {
    if (place.jobs >= (place.stages ? depth : 1) || (best && place.jobs >= best.jobs)) continue;
    if (!obstacle({ ...place.view, jobs: [] }, submission.resources, now)) best = place;
    if (best?.jobs === 0) break;
  }
  return best;
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

/** What waits in the pool: the highest priority first, and by id within one. */
function* candidates(state: State, pool: Pool): Generator<Candidate> {
  for (const priority of prioritiesIn(state, pool)) {
    yield* candidatesOf(state, pool, (submission) => priorityOf(state, submission) === priority);
  }
}

function prioritiesIn(state: State, pool: Pool): readonly number[] {
  const submissions = new Set(pool.spans.map(({ submission }) => submission));
  for (const id of pool.waiting) {
    const job = state.jobs.get(id);
    if (job) submissions.add(job.submission);
  }
  return [...new Set([...submissions].map((one) => priorityOf(state, one)))].toSorted((a, b) => b - a);
}

/** By id: jobs that came back and ranks that were never handed out. */
function* candidatesOf(state: State, pool: Pool, isAsked: (submission: number) => boolean): Generator<Candidate> {
  const waiting = pool.waiting.values();
  let next = waiting.next();
  function* backBefore(id: number): Generator<Candidate> {
    for (; !next.done && next.value < id; next = waiting.next()) {
      const job = state.jobs.get(next.value);
      if (job && isWaiting(job) && isAsked(job.submission)) yield { kind: "again", job, submission: job.submission };
    }
  }
  for (const span of pool.spans) {
    if (!isAsked(span.submission)) continue;
    for (let id = span.first; id <= span.last; id += 1) {
      yield* backBefore(id);
      yield { kind: "rank", id, submission: span.submission, span: { ...span, first: id } };
    }
  }
  yield* backBefore(Number.POSITIVE_INFINITY);
}
