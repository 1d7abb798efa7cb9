/**
 * What a connection that came or went means. A lost connection says nothing about the jobs behind it: each is asked
 * after when the worker is back. How long that is waited for is the job's policy (rules.ts, on-tick.ts).
 */

import type { AttemptKey } from "../../worker/index.ts";
import type { Change, Effect, EventOf, Step } from "./events.ts";
import { NOTHING } from "./events.ts";
import { attemptKey, isOurs, keyName } from "./keys.ts";
import type { AssignedJob, Pool, State, WorkerView } from "./model.ts";
import { isAssigned, rulesFor } from "./model.ts";
import { GRACE_SECONDS } from "./on-attempt.ts";
import { removeWorker } from "./on-roster.ts";
import { isWatched } from "./wanted.ts";

/** The version of the protocol from which on an agent can take back what was staged. */
const STAGES_SINCE = 3;

export function onConnected(state: State, event: EventOf<"connected">, now: number): Step {
  const pool = state.pools.get(event.pool);
  const view = pool?.workers.get(event.worker);
  if (!pool || !view) return NOTHING;
  const { hello, number } = event;
  const connection = { kind: "up", number, stages: hello.protocol >= STAGES_SINCE } as const;
  const changes: Change[] = [
    {
      kind: "worker",
      pool: event.pool,
      view: { ...view, connection, cordon: hello.cordon, hold: null, takingBack: [], askedAt: now },
    },
  ];
  const effects: Effect[] = hello.running.filter((key) => isStray(state, event, key)).map((key) => end(event, key));
  // Their results are ours for good, or of no use any more.
  for (const key of hello.unread.filter((one) => isStray(state, event, one))) {
    effects.push({ kind: "acknowledge", pool: event.pool, worker: event.worker, key });
  }
  // What still runs is ended, and its end is told; of the rest of what is over here nothing more will be heard.
  const told = new Set([...hello.running, ...hello.unread].map(keyName));
  for (const [name, key] of pool.uncollected.get(event.worker) ?? []) {
    if (told.has(name)) continue;
    effects.push({ kind: "query", pool: event.pool, worker: event.worker, key, believed: "RUNNING" });
  }
  for (const id of view.jobs) {
    const job = state.jobs.get(id);
    if (job && isAssigned(job)) effects.push(ask(state, event, job));
  }
  if (hello.rosterEpoch > pool.roster.epoch) {
    effects.push({ kind: "read-roster", pool: event.pool, worker: event.worker });
  }
  return { changes, effects };
}

interface Ref {
  readonly pool: string;
  readonly worker: number;
}

/** What to send about a job whose worker may know more than we do. */
export function ask(state: State, { pool, worker }: Ref, job: AssignedJob): Effect {
  const ref = { pool, worker, key: attemptKey(state.queue, job) };
  return job.status === "CANCELLING"
    ? { kind: "cancel", ...ref, graceSeconds: rulesFor(state, job).graceSeconds }
    : { kind: "query", ...ref, believed: job.status };
}

/** An attempt of ours that is not the present one of its job, or not here. */
function isStray(state: State, { worker, pool }: Ref, key: AttemptKey): boolean {
  if (!isOurs(state.queue, key)) return false;
  const job = state.jobs.get(key.job);
  const here = job && isAssigned(job) && job.worker === worker && job.attempt === key.attempt;
  return !here || state.submissions.get(job.submission)?.pool !== pool;
}

function end({ pool, worker }: Ref, key: AttemptKey): Effect {
  return { kind: "cancel", pool, worker, key, graceSeconds: GRACE_SECONDS };
}

/**
 * A connection stands, and what is said over it first lets jobs with a lease go on. Whoever says it waits until this is
 * decided: from then on the lease is not over, or it was before and the job is lost and dead.
 */
export function onReached(state: State, { pool, worker }: EventOf<"reached">, now: number): Step {
  const view = state.pools.get(pool)?.workers.get(worker);
  if (view?.connection.kind !== "down") return NOTHING;
  const connection = { ...view.connection, quietSince: now };
  return { changes: [{ kind: "worker", pool, view: { ...view, connection } }], effects: [] };
}

export function onDisconnected(state: State, event: EventOf<"disconnected">, now: number): Step {
  const pool = state.pools.get(event.pool);
  const view = pool?.workers.get(event.worker);
  if (!pool || !view) return NOTHING;
  if (view.leaving) return removeWorker(state, pool, { view, why: "left the pool", now });
  const { reason, permanent } = event;
  const { since, quietSince } = view.connection.kind === "down" ? view.connection : { since: now, quietSince: now };
  const connection = { kind: "down", since, quietSince, reason, permanent } as const;
  return { changes: [{ kind: "worker", pool: event.pool, view: { ...view, connection } }], effects: [] };
}

/** What was left alone is tried again: until that failed, nothing is known of it. */
export function onWanted(state: State, event: EventOf<"wanted">, now: number): Step {
  const pool = state.pools.get(event.pool);
  if (!pool) return NOTHING;
  const untried = isWatched(pool, now) ? [] : [...pool.workers.values()].flatMap((view) => asUntried(pool, view));
  return { changes: [{ kind: "wanted", pool: event.pool, until: now + event.forMs }, ...untried], effects: [] };
}

function asUntried(pool: Pool, view: WorkerView): readonly Change[] {
  if (view.connection.kind === "up" || view.connection.reason === "") return [];
  const connection = { ...view.connection, reason: "", permanent: false };
  return [{ kind: "worker", pool: pool.identity, view: { ...view, connection } }];
}

export function onCordon(state: State, event: EventOf<"cordon">): Step {
  const view = state.pools.get(event.pool)?.workers.get(event.worker);
  if (!view) return NOTHING;
  return { changes: [{ kind: "worker", pool: event.pool, view: { ...view, cordon: event.reason } }], effects: [] };
}

export function onRosterEpoch(state: State, { pool, worker, epoch }: EventOf<"roster-epoch">): Step {
  const known = state.pools.get(pool);
  if (!known || epoch <= known.roster.epoch) return NOTHING;
  return { changes: [], effects: [{ kind: "read-roster", pool, worker }] };
}
