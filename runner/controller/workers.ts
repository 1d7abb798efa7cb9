/** The workers of all pools as the controller sees them; asked for by somebody who looks, it tries those that it left alone. */
import type { CordonParams, WorkerRow, WorkersParams } from "../api.ts";
import { type CordonOutcome, changeCordon } from "../cordon.ts";
import type { Event, Pool, State, WorkerView } from "../core/index.ts";
import { isReachable, isWatched } from "../core/index.ts";
import type { Changes } from "./changes.ts";
import type { Sessions } from "./sessions.ts";

export interface WorkersOptions {
  readonly state: () => State;
  readonly changes: Changes;
  readonly clock: () => number;
  readonly decided: (event: Event) => Promise<unknown>;
  readonly signal: AbortSignal;
}

export async function setCordon(
  { pool, worker, change }: CordonParams,
  { sessions, state }: Pick<WorkersOptions, "state"> & { readonly sessions: Pick<Sessions, "get"> },
): Promise<CordonOutcome | null> {
  const live = sessions.get({ pool, worker })?.live;
  const view = state().pools.get(pool)?.workers.get(worker);
  if (live === undefined || view === undefined) return null;
  return await changeCordon(live.worker, view.cordon, change);
}

/** A refused connection is known in milliseconds; for a host that swallows everything nobody should wait. */
const TRIED_MS = 500;
/** They stay connected for a while, since whoever looks once looks again. */
const WANTED_MS = 60_000;

export async function workersNow({ tried }: WorkersParams, options: WorkersOptions): Promise<readonly WorkerRow[]> {
  if (tried === true) await untilTried(options);
  const { state, clock } = options;
  const now = clock();
  return [...state().pools.values()].flatMap((pool) => {
    const isKnown = isWatched(pool, now);
    return [...pool.workers.values()].map((view) => rowOf(pool.identity, view, { isKnown, now }));
  });
}

async function untilTried({ state, changes, decided, signal }: WorkersOptions): Promise<void> {
  const enough = AbortSignal.any([signal, AbortSignal.timeout(TRIED_MS)]);
  // While the disk is full nothing is decided, and who looks then wants to know all the more.
  const over = new Promise((resolve) => enough.addEventListener("abort", resolve, { once: true }));
  const pools = [...state().pools.keys()];
  const wanted = pools.map((pool) => decided({ kind: "wanted", pool, forMs: WANTED_MS }));
  await Promise.race([over, Promise.allSettled(wanted)]);
  while (!enough.aborted) {
    const change = changes.next(enough);
    if (![...state().pools.values()].some(isBeingTried)) return;
    await change;
  }
}

function isBeingTried({ workers }: Pool): boolean {
  return [...workers.values()].some(
    ({ entry, connection }) => isReachable(entry) && connection.kind === "down" && connection.reason === "",
  );
}

/** `isKnown`: it is tried, so what was found is so now. */
function rowOf(
  pool: string,
  { entry, connection, cordon, hold, jobs }: WorkerView,
  { isKnown, now }: { readonly isKnown: boolean; readonly now: number },
): WorkerRow {
  const isUnreachable = isKnown && connection.kind === "down" && connection.reason !== "";
  const [job] = jobs;
  return {
    pool,
    id: entry.id,
    name: entry.name,
    connected: connection.kind === "up",
    trouble: isUnreachable ? connection.reason : "",
    cordon,
    ...(hold === null || hold.until <= now ? {} : { held: hold.reason }),
    ...(isUnreachable ? { unreachableSince: connection.since } : {}),
    ...(job === undefined ? {} : { job }),
  };
}
