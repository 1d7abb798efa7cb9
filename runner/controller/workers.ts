/** The workers of all pools as the controller sees them. */
import type { WorkerRow } from "../api.ts";
import type { State, WorkerView } from "../core/index.ts";

export function workerRows(state: State): readonly WorkerRow[] {
  return [...state.pools.values()].flatMap((pool) =>
    [...pool.workers.values()].map((view) => rowOf(pool.identity, view)),
  );
}

function rowOf(pool: string, { entry, connection, cordon, jobs }: WorkerView): WorkerRow {
  const isUp = connection.kind === "up";
  const [job] = jobs;
  return {
    pool,
    id: entry.id,
    name: entry.name,
    connected: isUp,
    trouble: isUp ? "" : connection.reason,
    cordon,
    ...(job === undefined ? {} : { job }),
  };
}
