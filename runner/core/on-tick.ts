/** What is asked again because nothing was heard: a lost message must not leave a job waiting for ever. */

import type { Change, Effect, Step } from "./events.ts";
import type { AssignedJob, State } from "./model.ts";
import { isAssigned } from "./model.ts";
import { ask } from "./on-connection.ts";

/** Longer than a cancel's grace, so that a cancel is not sent twice while the first one works. */
const CANCEL_AGAIN_MS = 15_000;
const ORPHAN_MS = 5_000;
const STARTING_MS = 30_000;
const RUNNING_MS = 60_000;

export function onTick(state: State, now: number): Step {
  const changes: Change[] = [];
  const effects: Effect[] = [];
  for (const pool of state.pools.values()) {
    for (const view of pool.workers.values()) {
      const job = view.job === null ? undefined : state.jobs.get(view.job);
      if (!job || !isAssigned(job) || view.connection.kind !== "up") continue;
      if (now - view.askedAt < patience(job)) continue;
      changes.push({ kind: "worker", pool: pool.identity, view: { ...view, askedAt: now } });
      effects.push(ask(state, { pool: pool.identity, worker: view.entry.id }, job));
    }
  }
  return { changes, effects };
}

function patience(job: AssignedJob): number {
  switch (job.status) {
    case "STARTING":
      return STARTING_MS;
    case "RUNNING":
      return job.orphan ? ORPHAN_MS : RUNNING_MS;
    case "CANCELLING":
      return CANCEL_AGAIN_MS;
  }
}
