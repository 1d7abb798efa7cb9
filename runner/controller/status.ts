/** What `lido controller status` shows. */
import type { ControllerStatus, IdRange, LastError } from "../api.ts";
import type { Pool, State } from "../core/index.ts";
import { duration, isGone, isWatched } from "../core/index.ts";
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
  options: { readonly store: Store; readonly now: number } & Moment,
): Promise<ControllerStatus> {
  const everything: IdRange = { first: 1, last: state.nextId - 1 };
  const queue = everything.last > 0 ? await options.store.counts([everything]) : new Map<never, never>();
  return {
    ...facts,
    database: options.store.location,
    queue: countsNow(state, Object.fromEntries(queue), [everything]),
    pools: there(state).map((pool) => poolStatus(pool, options.now)),
    clients: options.clients,
    commits: options.commits,
    lastErrors: options.lastErrors,
    ...(options.trouble === "" ? {} : { trouble: options.trouble }),
    ...(options.logTrouble === "" ? {} : { logTrouble: options.logTrouble }),
  };
}

/** A pool that is gone is of interest only while jobs wait for it. */
function there(state: State): readonly Pool[] {
  return [...state.pools.values()].filter((pool) => pool.live > 0 || !isGone(pool));
}

function poolStatus(pool: Pool, now: number): ControllerStatus["pools"][number] {
  const views = [...pool.workers.values()];
  const unreachable = views.flatMap(({ entry, connection }) =>
    connection.kind === "down" && connection.reason !== "" && isWatched(pool, now)
      ? [`worker ${entry.id} has been unreachable for ${duration(now - connection.since)}: ${connection.reason}`]
      : [],
  );
  return {
    pool: pool.roster.pool,
    stack: pool.pointer.stack,
    workers: views.length,
    connected: views.filter((view) => view.connection.kind === "up").length,
    problems: isGone(pool) && pool.trouble !== "" ? [pool.trouble, ...unreachable] : unreachable,
  };
}

/** Without those about pools and workers that are gone: that they cannot be reached is as it should be. */
export function stillTrue(errors: readonly LastError[], state: State): readonly LastError[] {
  const pools = new Map(there(state).map((pool) => [pool.identity, pool]));
  return errors.filter(({ pool, worker }) => {
    if (pool === undefined) return true;
    return worker === undefined ? pools.has(pool) : pools.get(pool)?.workers.has(worker) === true;
  });
}
