/** What `lido controller status` shows. */
import type { ControllerStatus, IdRange } from "../api.ts";
import type { Pool, State } from "../core/index.ts";
import type { Store } from "../store/index.ts";

export type Facts = Pick<ControllerStatus, "pid" | "version" | "socket" | "log" | "uptimeSeconds">;

export async function status(
  facts: Facts,
  state: State,
  options: { store: Store; trouble: string },
): Promise<ControllerStatus> {
  const everything: IdRange = { first: 1, last: state.nextId - 1 };
  const queue = everything.last > 0 ? await options.store.counts([everything]) : new Map<never, never>();
  return {
    ...facts,
    database: options.store.location,
    queue: Object.fromEntries(queue),
    pools: [...state.pools.values()].map(poolStatus),
    ...(options.trouble === "" ? {} : { trouble: options.trouble }),
  };
}

function poolStatus(pool: Pool): ControllerStatus["pools"][number] {
  const views = [...pool.workers.values()];
  return {
    pool: pool.roster.pool,
    stack: pool.pointer.stack,
    workers: views.length,
    connected: views.filter((view) => view.connection.kind === "up").length,
    problems: views.flatMap(({ entry, connection }) =>
      connection.kind === "down" && connection.reason !== "" ? [`worker ${entry.id}: ${connection.reason}`] : [],
    ),
  };
}
