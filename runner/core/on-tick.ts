/**
 * What follows because nothing was heard: a connected worker is asked again, since a lost message must not leave a job
 * waiting for ever; of one that is not connected the silence itself counts as an answer after a while, as the job says.
 */

import { withoutWorker } from "./absence.ts";
import type { Change, Effect, Step } from "./events.ts";
import { NOTHING } from "./events.ts";
import { attemptKey } from "./keys.ts";
import type { AssignedJob, Pool, State, WorkerView } from "./model.ts";
import { isAssigned, rulesFor } from "./model.ts";
import { settle } from "./on-attempt.ts";
import { ask } from "./on-connection.ts";
import { duration } from "./reasons.ts";
import { silenceLimit } from "./rules.ts";
import { isShort, isSlow, isStaged } from "./staging.ts";

/** Beyond a cancel's grace, so that a cancel is not sent twice while the first one works. */
const CANCEL_AGAIN_MS = 5_000;
const ORPHAN_MS = 5_000;
const STARTING_MS = 30_000;
/** Its supervisor may have been killed, and then nobody tells of its end. */
const RUNNING_MS = 15_000;
/** The same of jobs that are over in a second: a worker that waits for nothing costs more of them. */
const SHORT_JOB_MS = 5_000;

export function onTick(state: State, now: number): Step {
  const changes: Change[] = [];
  const effects: Effect[] = [];
  for (const pool of state.pools.values()) {
    for (const view of pool.workers.values()) {
      const steps = view.jobs.map((id) => onTickOf(state, id, { pool, view, now }));
      for (const step of [...steps, takeBack(state, { pool, view, now })]) {
        changes.push(...step.changes);
        effects.push(...step.effects);
      }
    }
  }
  return { changes, effects };
}

interface At {
  readonly pool: Pool;
  readonly view: WorkerView;
  readonly now: number;
}

function onTickOf(state: State, id: number, { pool, view, now }: At): Step {
  const job = state.jobs.get(id);
  if (!job || !isAssigned(job)) return NOTHING;
  const held = { job, pool, view };
  return view.connection.kind === "up" ? heardNothing(state, held, now) : outOfTouch(state, held, now);
}

interface Held {
  readonly job: AssignedJob;
  readonly pool: Pool;
  readonly view: WorkerView;
}

function heardNothing(state: State, { job, pool, view }: Held, now: number): Step {
  if (isStaged(state, view, job.id)) return NOTHING;
  if (now - view.askedAt < patience(state, job)) return NOTHING;
  return {
    changes: [{ kind: "touched", pool: pool.identity, worker: view.entry.id, view: { askedAt: now } }],
    effects: [ask(state, { pool: pool.identity, worker: view.entry.id }, job)],
  };
}

/** So that nothing waits behind a job that takes its time, while other workers may be free. */
function takeBack(state: State, { pool, view, now }: At): Step {
  if (view.connection.kind === "down" || !isSlow(view, now)) return NOTHING;
  const staged = view.jobs.flatMap((id) => {
    const job = isStaged(state, view, id) && !view.takingBack.includes(id) ? state.jobs.get(id) : undefined;
    return job ? [job] : [];
  });
  if (staged.length === 0) return NOTHING;
  const ref = { pool: pool.identity, worker: view.entry.id };
  const takingBack = [...view.takingBack, ...staged.map(({ id }) => id)];
  return {
    changes: [{ kind: "touched", ...ref, view: { takingBack } }],
    effects: staged.map((job): Effect => ({ kind: "take-back", ...ref, key: attemptKey(state.queue, job) })),
  };
}

function patience(state: State, job: AssignedJob): number {
  const submission = state.submissions.get(job.submission);
  const longest = submission && isShort(submission) ? SHORT_JOB_MS : Number.POSITIVE_INFINITY;
  switch (job.status) {
    case "STARTING":
      return Math.min(longest, STARTING_MS);
    case "RUNNING":
      return Math.min(longest, job.orphan ? ORPHAN_MS : RUNNING_MS);
    case "CANCELLING":
      return CANCEL_AGAIN_MS + rulesFor(state, job).graceSeconds * 1000;
  }
}

function outOfTouch(state: State, held: Held, now: number): Step {
  const { job, view } = held;
  const rules = rulesFor(state, job);
  const silence = view.connection.kind === "down" ? now - view.connection.quietSince : 0;
  if (silence < silenceLimit(rules)) return NOTHING;
  const lease =
    rules.onDisconnect === "lease" ? `, longer than its lease of ${duration(rules.leaseSeconds * 1000)}` : "";
  const why = `worker ${view.entry.id} did not answer for ${duration(silence)}${lease}`;
  const next = withoutWorker(state, job, { answer: "silent", why, now });
  if (!next) return NOTHING;
  const step = settle(held, next);
  if (view.leaving) return step;
  const ref = { pool: held.pool.identity, worker: view.entry.id, key: attemptKey(state.queue, job) };
  return { ...step, changes: [...step.changes, { kind: "uncollected", ...ref }] };
}
