/**
 * The reactor: what an event means, given the state and the time. Pure: no clock, no IO, no randomness, and it never
 * changes what it is given. The scheduler runs after it, once per turn (schedule.ts).
 */

import { withoutWorker } from "./absence.ts";
import type { Change, Event, Step } from "./events.ts";
import type { State } from "./model.ts";
import { isAssigned } from "./model.ts";
import { onAnswer, onCollected, onExit, onRefused, onStarted, onTakenBack } from "./on-attempt.ts";
import { onCancel } from "./on-cancel.ts";
import { onConnected, onCordon, onDisconnected, onReached, onRosterEpoch, onWanted } from "./on-connection.ts";
import { onRetry } from "./on-retry.ts";
import { onRoster } from "./on-roster.ts";
import { onStackRead } from "./on-stack.ts";
import { onSubmit } from "./on-submit.ts";
import { onTick } from "./on-tick.ts";

/** @throws UserError for a `submit` that is refused; nothing has changed then. */
export function react(state: State, event: Event, now: number): Step {
  switch (event.kind) {
    case "loaded":
      return onLoaded(state, now);
    case "submit":
      return onSubmit(state, event, now);
    case "cancel":
      return onCancel(state, event, now);
    case "retry":
      return onRetry(state, event);
    case "roster":
      return onRoster(state, event, now);
    case "wanted":
      return onWanted(state, event, now);
    case "stack-read":
      return onStackRead(state, event, now);
    case "reached":
      return onReached(state, event, now);
    case "connected":
      return onConnected(state, event, now);
    case "disconnected":
      return onDisconnected(state, event, now);
    case "answer":
      return onAnswer(state, event, now);
    case "started":
      return onStarted(state, event, now);
    case "exit":
      return onExit(state, event, now);
    case "refused":
      return onRefused(state, event, now);
    case "taken-back":
      return onTakenBack(state, event, now);
    case "cordon":
      return onCordon(state, event);
    case "collected":
      return onCollected(state, event);
    case "roster-epoch":
      return onRosterEpoch(state, event);
    case "tick":
      return onTick(state, now);
  }
}

/**
 * A job whose worker is in no stored roster can't be asked after: its worker had left before the controller ended. What it
 * held of others is gone too.
 */
function onLoaded(state: State, now: number): Step {
  const changes: Change[] = lostJobs(state, now);
  for (const pool of state.pools.values()) {
    for (const [worker, keys] of pool.uncollected) {
      if (pool.workers.has(worker)) continue;
      changes.push({ kind: "collected", pool: pool.identity, worker, keys: [...keys.values()] });
    }
  }
  return { changes, effects: [] };
}

function lostJobs(state: State, now: number): Change[] {
  const changes: Change[] = [];
  for (const job of state.jobs.values()) {
    if (!isAssigned(job)) continue;
    const pool = state.pools.get(state.submissions.get(job.submission)?.pool ?? "");
    if (pool?.workers.has(job.worker)) continue;
    const next = withoutWorker(state, job, { answer: "gone", why: `worker ${job.worker} left the pool`, now });
    if (!next) continue;
    changes.push({ kind: "moved", expected: { status: job.status, attempt: job.attempt }, job: next });
  }
  return changes;
}
