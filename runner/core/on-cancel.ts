/**
 * Which ranks a cancel ends at once (those that wait: a span is cut, whatever its size) and which only when their
 * worker has proved it.
 */

import type { CancelParams, IdRange } from "../api.ts";
import type { Change, Effect, EventOf, Step } from "./events.ts";
import { attemptKey } from "./keys.ts";
import type { LiveJob, Pool, State } from "./model.ts";
import { isWaiting, rulesFor } from "./model.ts";
import { intersect, normalize, subtract } from "./ranges.ts";
import { cancel, requestCancel } from "./transitions.ts";

export function onCancel(state: State, { select }: EventOf<"cancel">, now: number): Step {
  const asked = selected(state, select);
  const existing = asked.flatMap((range) => intersect(range, { first: 1, last: state.nextId - 1 }) ?? []);
  const { reason = "" } = select;
  const changes: Change[] = [];
  const effects: Effect[] = [];
  const cancelled: IdRange[] = [];
  for (const { span, cut } of pieces(state, existing)) {
    changes.push({ kind: "span-cancelled", span, cut, at: now, reason });
    cancelled.push(cut);
  }
  for (const job of state.jobs.values()) {
    if (!existing.some(({ first, last }) => first <= job.id && job.id <= last)) continue;
    const step = cancelOne(state, job, { now, reason });
    changes.push(...step.changes);
    effects.push(...step.effects);
    cancelled.push({ first: job.id, last: job.id });
  }
  const result = {
    cancelled: normalize(cancelled),
    alreadyOver: subtract(existing, cancelled),
    missing: subtract(asked, existing),
  };
  return { changes, effects, cancelled: result };
}

/** Ids as given; by name, pool or `all`: the submissions that are not over. */
function selected(state: State, { ids, name, pool, all }: CancelParams): IdRange[] {
  if (ids) return normalize(ids);
  if (name === undefined && pool === undefined && !all) return [];
  const matches = [...state.submissions.values()].filter(
    (one) =>
      (name === undefined || one.name === name) &&
      (pool === undefined || state.pools.get(one.pool)?.roster.pool === pool),
  );
  return normalize(matches);
}

/** The parts of pending spans that are asked for, the last part of each span first: what remains keeps its end. */
function* pieces(state: State, asked: readonly IdRange[]) {
  for (const pool of state.pools.values()) {
    for (const whole of pool.spans) {
      let span = whole;
      for (const range of asked) {
        const cut = intersect(span, range);
        if (!cut) continue;
        yield { span, cut };
        if (cut.last === span.last) break;
        span = { ...span, first: cut.last + 1 };
      }
    }
  }
}

interface Asked {
  readonly now: number;
  readonly reason: string;
}

function cancelOne(state: State, job: LiveJob, { now, reason }: Asked): Step {
  if (job.status === "CANCELLING") return { changes: [], effects: [] };
  const expected = { status: job.status, attempt: job.attempt };
  if (isWaiting(job)) return { changes: [{ kind: "moved", expected, job: cancel(job, now, reason) }], effects: [] };
  const pool = poolOf(state, job);
  const next = requestCancel(job, reason);
  const key = attemptKey(state.queue, job);
  const { graceSeconds } = rulesFor(state, job);
  return {
    changes: [{ kind: "moved", expected, job: next }],
    effects: [{ kind: "cancel", pool: pool.identity, worker: job.worker, key, graceSeconds }],
  };
}

function poolOf(state: State, job: LiveJob): Pool {
  const pool = state.pools.get(state.submissions.get(job.submission)?.pool ?? "");
  if (!pool) throw new Error(`job ${job.id} belongs to no pool`);
  return pool;
}
