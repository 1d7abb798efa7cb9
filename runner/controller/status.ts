/** What `lido controller status` shows. */
import type { ControllerStatus, IdRange } from "../api.ts";
import type { Pool, State } from "../core/index.ts";
import type { Store } from "../store/index.ts";
import { countsNow } from "./rows.ts";

export type Facts = Pick<ControllerStatus, "pid" | "version" | "socket" | "log" | "uptimeSeconds">;

/** What changes from one moment to the next. */
export interface Moment extends Pick<ControllerStatus, "clients" | "commits" | "lastErrors"> {
  readonly trouble: string;
  readonly logTrouble: string;
}

export async function status(
  facts: Facts,
  state: State,
  options: { readonly store: Store } & Moment,
): Promise<ControllerStatus> {
  const everything: IdRange = { first: 1, last: state.nextId - 1 };
  const queue = everything.last > 0 ? await options.store.counts([everything]) : new Map<never, never>();
  return {
    ...facts,
    database: options.store.location,
    queue: countsNow(state, Object.fromEntries(queue), [everything]),
    pools: [...state.pools.values()].map(poolStatus),
    clients: options.clients,
    commits: options.commits,
    lastErrors: options.lastErrors,
    ...(options.trouble === "" ? {} : { trouble: options.trouble }),
    ...(options.logTrouble === "" ? {} : { logTrouble: options.logTrouble }),
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
