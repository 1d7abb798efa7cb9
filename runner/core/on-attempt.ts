/** What workers say about attempts: started, exit, refused, and answers to questions. A stale word changes nothing. */

import type { AttemptStatus, Ending } from "../../worker/index.ts";
import type { Consequence } from "./answers.ts";
import { consequenceOf } from "./answers.ts";
import type { AttemptRef, Change, Effect, Event, EventOf, Step } from "./events.ts";
import { NOTHING } from "./events.ts";
import { attemptKey, isOurs, keyName } from "./keys.ts";
import type { AssignedJob, Job, Pool, State, WorkerView } from "./model.ts";
import { isAssigned, isLive, rulesFor } from "./model.ts";
import { refusalReason } from "./reasons.ts";
import { DEFAULT_RULES } from "./rules.ts";
import { begin, cancel, finish, giveBack, lose, orphan } from "./transitions.ts";

/** Long enough for a full disk or a restored database to be looked at, short enough to go on by itself. */
export const HOLD_MS = 30_000;
/** For attempts that nobody waits for any more. */
export const GRACE_SECONDS = DEFAULT_RULES.graceSeconds;

interface Held {
  readonly job: AssignedJob;
  readonly pool: Pool;
  readonly view: WorkerView;
}

/** The job whose present attempt on this very worker is meant; otherwise the word is stale. */
function find(state: State, ref: AttemptRef): Held | undefined {
  const pool = state.pools.get(ref.pool);
  const view = pool?.workers.get(ref.worker);
  const job = state.jobs.get(ref.key.job);
  if (!pool || !view || !job || !isAssigned(job) || !view.jobs.includes(job.id)) return undefined;
  return job.attempt === ref.key.attempt && isOurs(state.queue, ref.key) ? { job, pool, view } : undefined;
}

function stale(event: Event["kind"], ref: AttemptRef): Step {
  return {
    changes: [],
    effects: [{ kind: "stale", event, ref: { pool: ref.pool, worker: ref.worker, key: ref.key } }],
  };
}

/** The changes that make `next` of a job, and what follows for its worker. */
export function settle({ job, pool, view }: Held, next: Job): Step {
  const changes: Change[] = [{ kind: "moved", expected: { status: job.status, attempt: job.attempt }, job: next }];
  const effects: Effect[] = [];
  if (view.leaving && !isAssigned(next) && view.jobs.every((id) => id === job.id))
    changes.push({ kind: "worker-gone", pool: pool.identity, worker: view.entry.id });
  if (!isLive(next)) effects.push({ kind: "ended", pool: pool.identity, job: next });
  return { changes, effects };
}

export function onStarted(state: State, event: EventOf<"started">, now: number): Step {
  const held = find(state, event);
  if (!held) return onStray(state, event);
  switch (held.job.status) {
    case "STARTING":
      return heard(held, settle(held, begin(held.job, event.at)), now);
    case "RUNNING":
    case "CANCELLING":
      return stale("started", event);
  }
}

function heard({ pool, view }: Held, { changes, effects }: Step, now: number): Step {
  return {
    changes: [...changes, { kind: "touched", pool: pool.identity, worker: view.entry.id, view: { askedAt: now } }],
    effects,
  };
}

/** An attempt of ours that nobody waits for has begun: it must not go on beside its successor. */
function onStray(state: State, event: EventOf<"started">): Step {
  if (!isOurs(state.queue, event.key)) return NOTHING;
  const { pool, worker, key } = event;
  const end: Effect = { kind: "cancel", pool, worker, key, graceSeconds: GRACE_SECONDS };
  return { changes: [], effects: [...stale("started", event).effects, end] };
}

export function onExit(state: State, event: EventOf<"exit">, now: number): Step {
  const held = find(state, event);
  const step = held ? heard(held, finished(state, held, event), now) : stale("exit", event);
  return acknowledged(state, event, step);
}

function finished(state: State, held: Held, exit: Ending): Step {
  return settle(held, finish(held.job, exit, rulesFor(state, held.job)));
}

/** The same step, and what the attempt left on its worker is collected. */
function acknowledged(state: State, { pool, worker, key }: AttemptRef, step: Step): Step {
  if (!isOurs(state.queue, key)) return step;
  const ref = { pool, worker, key };
  const { changes, effects } = step;
  const isGone = !state.pools.get(pool)?.workers.has(worker);
  return {
    changes: isGone || isUncollected(state, ref) ? changes : [...changes, { kind: "uncollected", ...ref }],
    effects: [...effects, { kind: "acknowledge", ...ref }],
  };
}

function isUncollected(state: State, { pool, worker, key }: AttemptRef): boolean {
  return state.pools.get(pool)?.uncollected.get(worker)?.has(keyName(key)) === true;
}

export function onCollected(state: State, { pool, worker, keys }: EventOf<"collected">): Step {
  const known = keys.filter((key) => isUncollected(state, { pool, worker, key }));
  return known.length === 0 ? NOTHING : { changes: [{ kind: "collected", pool, worker, keys: known }], effects: [] };
}

export function onRefused(state: State, event: EventOf<"refused">, now: number): Step {
  const held = find(state, event);
  if (!held) return stale("refused", event);
  switch (held.job.status) {
    case "STARTING":
      return refusedStart(held, event, now);
    case "CANCELLING":
      return settle(held, cancel(held.job, now));
    case "RUNNING":
      return stale("refused", event);
  }
}

export function onTakenBack(state: State, event: EventOf<"taken-back">, now: number): Step {
  const held = find(state, event);
  if (!held?.view.takingBack.includes(held.job.id)) return stale("taken-back", event);
  const { job, view, pool } = held;
  if (event.taken && job.status === "STARTING") return settle(held, giveBack(job, ""));
  if (event.taken && job.status === "CANCELLING") return settle(held, cancel(job, now));
  const takingBack = view.takingBack.filter((id) => id !== job.id);
  return {
    changes: [{ kind: "touched", pool: pool.identity, worker: view.entry.id, view: { takingBack } }],
    effects: [],
  };
}

function refusedStart(held: Held, event: EventOf<"refused">, now: number): Step {
  const { job, pool, view } = held;
  if (job.status !== "STARTING") return NOTHING;
  const why = event.detail || refusalReason(event.reason);
  const note = (change: Partial<WorkerView>): Change => ({
    kind: "worker",
    pool: pool.identity,
    view: { ...view, ...change },
  });
  const back = settle(held, giveBack(job, `worker ${event.worker} refused it (${why})`));
  switch (event.reason) {
    case "cordoned":
      return { ...back, changes: [note({ cordon: why }), ...back.changes] };
    case "no-space":
    case "lease":
    case "fenced":
    case "unknown-submission":
      return {
        ...back,
        changes: [note({ hold: { until: now + HOLD_MS, cause: event.reason, reason: why } }), ...back.changes],
      };
  }
}

export function onAnswer(state: State, event: EventOf<"answer">, now: number): Step {
  const step = answered(state, event, now);
  // Also of an attempt without a result the log is worth having.
  return event.status.kind === "done" || event.status.kind === "lost" ? acknowledged(state, event, step) : step;
}

function answered(state: State, event: EventOf<"answer">, now: number): Step {
  const held = find(state, event);
  if (!held) return answeredUncollected(state, event) ?? stale("answer", event);
  const { view, pool } = held;
  const asked: Change = { kind: "touched", pool: pool.identity, worker: view.entry.id, view: { askedAt: now } };
  // An event overtook the answer: `never` said of a STARTING job means nothing once it is RUNNING.
  if (event.believed !== held.job.status && event.status.kind !== "done") return stale("answer", event);
  const step = carryOut(state, held, { status: event.status, now });
  return { ...step, changes: [asked, ...step.changes] };
}

/** What became of an attempt that is over for us: if it never began there is nothing of it to collect. */
function answeredUncollected(state: State, { pool, worker, key, status }: EventOf<"answer">): Step | undefined {
  if (!isUncollected(state, { pool, worker, key })) return undefined;
  const isNothing = status.kind === "never" || status.kind === "void";
  return isNothing ? { changes: [{ kind: "collected", pool, worker, keys: [key] }], effects: [] } : NOTHING;
}

function carryOut(state: State, held: Held, said: { readonly status: AttemptStatus; readonly now: number }): Step {
  const { job, pool, view } = held;
  const policy = rulesFor(state, job).onDisconnect;
  const consequence: Consequence = consequenceOf(job.status, said.status.kind, policy);
  switch (consequence) {
    case "wait":
      return NOTHING;
    case "start-again":
      return startAgain(state, held);
    case "begin":
      return job.status === "STARTING" && said.status.kind === "running"
        ? settle(held, begin(job, said.status.startedAt))
        : NOTHING;
    case "finish":
      return said.status.kind === "done" ? finished(state, held, said.status) : NOTHING;
    case "orphan":
      return orphaned(held, said.status);
    case "lose":
      return job.status === "CANCELLING" ? NOTHING : settle(held, lose(job, lossReason(view, said.status), said.now));
    case "cancel":
      return settle(
        held,
        cancel(
          job,
          said.now,
          job.status === "CANCELLING" ? "" : `cancelled on worker ${view.entry.id} of ${pool.roster.pool}`,
        ),
      );
  }
}

function startAgain(state: State, { job, pool, view }: Held): Step {
  if (view.connection.kind !== "up" || view.takingBack.includes(job.id)) return NOTHING;
  const { number } = view.connection;
  const key = attemptKey(state.queue, job);
  return { changes: [], effects: [{ kind: "start", pool: pool.identity, worker: view.entry.id, key, number }] };
}

function orphaned(held: Held, status: AttemptStatus): Step {
  const { job } = held;
  if (status.kind !== "orphan" || job.status === "CANCELLING") return NOTHING;
  const next = orphan(job, status.startedAt);
  return job.status === "STARTING" ? settle(held, next) : { changes: [{ kind: "noted", job: next }], effects: [] };
}

function lossReason(view: WorkerView, status: AttemptStatus): string {
  const name = `worker ${view.entry.id}`;
  if (status.kind !== "lost") return `${name} knows nothing of it any more`;
  switch (status.why) {
    case "reboot":
      return `${name} was rebooted`;
    case "killed":
      return `its supervisor on ${name} was killed, and nobody knows how it ended`;
    case "lease":
      return `${name} ended it when it had not heard from this controller for as long as the lease`;
  }
}
