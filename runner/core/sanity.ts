/** Whether a state is one that can be: what is broken, one sentence each. Tests ask after every event. */

import type { Pool, State } from "./model.ts";
import { isAssigned, isWaiting } from "./model.ts";
import { total } from "./ranges.ts";
import { POISON_LIMIT } from "./transitions.ts";

export function sanityCheck(state: State): readonly string[] {
  return [...state.pools.values()].flatMap((pool) => [
    ...checkWorkers(state, pool),
    ...checkSpans(state, pool),
    ...checkCounts(state, pool),
  ]);
}

function jobsOf(state: State, pool: Pool) {
  return [...state.jobs.values()].filter((job) => state.submissions.get(job.submission)?.pool === pool.identity);
}

function checkWorkers(state: State, pool: Pool): string[] {
  const wrong: string[] = [];
  for (const view of pool.workers.values()) {
    for (const id of view.jobs) {
      const job = state.jobs.get(id);
      if (job && isAssigned(job) && job.worker === view.entry.id) continue;
      wrong.push(`worker ${view.entry.id} is said to have job ${id}, which is not on it`);
    }
    if (new Set(view.jobs).size < view.jobs.length) wrong.push(`worker ${view.entry.id} has a job twice`);
  }
  for (const job of jobsOf(state, pool)) {
    if (isAssigned(job) && !pool.workers.get(job.worker)?.jobs.includes(job.id)) {
      wrong.push(`job ${job.id} is ${job.status} on worker ${job.worker}, which does not know it`);
    }
  }
  return wrong;
}

function checkSpans(state: State, pool: Pool): string[] {
  const wrong: string[] = [];
  let previous = 0;
  for (const { first, last, submission } of pool.spans) {
    const owner = state.submissions.get(submission);
    if (first > last || first <= previous) wrong.push(`span ${first}-${last} is out of order`);
    if (!owner || first < owner.first || last > owner.last)
      wrong.push(`span ${first}-${last} is outside ${submission}`);
    previous = last;
  }
  for (const id of state.jobs.keys()) {
    if (pool.spans.some((span) => span.first <= id && id <= span.last)) wrong.push(`job ${id} is also pending`);
  }
  return wrong;
}

function checkCounts(state: State, pool: Pool): string[] {
  const wrong: string[] = [];
  const jobs = jobsOf(state, pool);
  for (const { id, losses } of jobs) if (losses >= POISON_LIMIT) wrong.push(`job ${id} goes on after ${losses} losses`);
  const waiting = jobs
    .filter(isWaiting)
    .map((job) => job.id)
    .toSorted((a, b) => a - b);
  if (waiting.join() !== pool.waiting.join()) wrong.push(`waiting is ${pool.waiting.join()}, not ${waiting.join()}`);
  if (pool.live !== total(pool.spans) + jobs.length) wrong.push(`pool counts ${pool.live} live ranks`);
  for (const submission of state.submissions.values()) {
    if (submission.pool !== pool.identity) continue;
    const rows = jobs.filter((job) => job.submission === submission.first).length;
    const pending = total(pool.spans.filter((span) => span.submission === submission.first));
    if (submission.live !== rows + pending) wrong.push(`submission ${submission.first} counts ${submission.live}`);
    if (submission.live === 0) wrong.push(`submission ${submission.first} is over and still here`);
  }
  return wrong;
}
