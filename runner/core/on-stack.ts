/** What it means when no worker of a pool answers and its stack was read. */
import { withoutWorker } from "./absence.ts";
import type { EventOf, Step } from "./events.ts";
import { NOTHING } from "./events.ts";
import type { Pool, State } from "./model.ts";
import { settle } from "./on-attempt.ts";

/**
 * A pool that is not in its stack any more has no machines: what was being cancelled there is over. The rest waits, and
 * says so: the pool may be made again, or was looked for in the wrong place.
 */
export function onStackRead(state: State, event: EventOf<"stack-read">, now: number): Step {
  const pool = state.pools.get(event.pool);
  if (!pool) return NOTHING;
  const steps = event.gone === true ? cancelled(state, pool, now) : [];
  return {
    changes: [{ kind: "trouble", pool: event.pool, trouble: event.trouble }, ...steps.flatMap((step) => step.changes)],
    effects: steps.flatMap((step) => step.effects),
  };
}

function cancelled(state: State, pool: Pool, now: number): readonly Step[] {
  return [...pool.workers.values()].flatMap((view) => {
    if (view.connection.kind === "up") return [];
    return view.jobs.map((id): Step => {
      const job = state.jobs.get(id);
      if (job?.status !== "CANCELLING") return NOTHING;
      const why = `worker ${view.entry.id} went with its pool`;
      const next = withoutWorker(state, job, { answer: "gone", why, now });
      return next ? settle({ job, pool, view }, next) : NOTHING;
    });
  });
}
