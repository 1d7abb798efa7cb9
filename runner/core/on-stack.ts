/** What it means when no worker of a pool has a job that it answers for, and its stack was read. */
import { withoutWorker } from "./absence.ts";
import type { Change, EventOf, Step } from "./events.ts";
import { NOTHING } from "./events.ts";
import type { Pool, State, WorkerView } from "./model.ts";
import { GONE_EPOCH, isGone } from "./model.ts";
import { settle } from "./on-attempt.ts";

/**
 * A pool that is not in its stack any more has no machines: what was being cancelled there is over, and nobody tries to
 * reach them any more. What ran on one of them waits, and says so: the pool may be made again, or was looked for in the
 * wrong place.
 */
export function onStackRead(state: State, event: EventOf<"stack-read">, now: number): Step {
  const pool = state.pools.get(event.pool);
  if (!pool) return NOTHING;
  const trouble: Change = { kind: "trouble", pool: event.pool, trouble: event.trouble };
  const views = [...pool.workers.values()];
  if (event.gone !== true || views.some(({ connection, jobs }) => connection.kind === "up" && jobs.length > 0))
    return { changes: [trouble], effects: [] };
  const steps = views.flatMap((view) => cancelled(state, { pool, view, now }));
  return {
    changes: [trouble, ...steps.flatMap((step) => step.changes), ...emptied(state, pool)],
    effects: steps.flatMap((step) => step.effects),
  };
}

function cancelled(
  state: State,
  { pool, view, now }: { readonly pool: Pool; readonly view: WorkerView; readonly now: number },
): readonly Step[] {
  return view.jobs.map((id): Step => {
    const job = state.jobs.get(id);
    if (job?.status !== "CANCELLING") return NOTHING;
    const why = `worker ${view.entry.id} went with its pool`;
    const next = withoutWorker(state, job, { answer: "gone", why, now });
    return next ? settle({ job, pool, view }, next) : NOTHING;
  });
}

/** Of its workers those stay that jobs are waited for on. Any roster that is found later is newer than what is left. */
function emptied(state: State, pool: Pool): readonly Change[] {
  const isWaitedFor = (view: WorkerView) => view.jobs.some((id) => state.jobs.get(id)?.status !== "CANCELLING");
  const stay = new Set([...pool.workers.values()].filter(isWaitedFor).map(({ entry }) => entry.id));
  const leave = [...pool.workers.keys()].filter((id) => !stay.has(id));
  if (isGone(pool) && leave.length === 0) return [];
  const workers = pool.roster.workers.filter(({ id }) => stay.has(id));
  const roster = { ...pool.roster, epoch: GONE_EPOCH, workers };
  return [
    { kind: "pool", roster, pointer: pool.pointer },
    ...leave.map((worker): Change => ({ kind: "worker-gone", pool: pool.identity, worker })),
  ];
}
