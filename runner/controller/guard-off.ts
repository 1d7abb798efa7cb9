/**
 * For the fault lab alone, as proof that it can fail: with `LIDO_TEST_GUARD_OFF=lost-connection` a connection that broke is
 * taken for the worker's word that its attempt is lost. Without that variable events stay as they are.
 */
import type { Event, State } from "../core/index.ts";
import { attemptKey } from "../core/index.ts";

const off = process.env.LIDO_TEST_GUARD_OFF === "lost-connection";

export function withGuardOff(state: State, event: Event): readonly Event[] {
  if (!off || event.kind !== "disconnected") return [event];
  const { pool, worker } = event;
  const jobs = state.pools.get(pool)?.workers.get(worker)?.jobs ?? [];
  const lost = jobs.flatMap((id): readonly Event[] => {
    const job = state.jobs.get(id);
    if (job?.status !== "STARTING" && job?.status !== "RUNNING") return [];
    const key = attemptKey(state.queue, job);
    return [{ kind: "answer", pool, worker, key, believed: job.status, status: { kind: "lost", why: "killed" } }];
  });
  return [...lost, event];
}
