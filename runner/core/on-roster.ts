/**
 * What a newer roster means: which workers there are. A worker that left and is unreachable is lost with its job; one
 * that left and is still connected keeps its job until the connection breaks.
 */

import type { RosterWorker } from "../../worker/index.ts";
import { withoutWorker } from "./absence.ts";
import type { Change, Effect, EventOf, Step } from "./events.ts";
import { NOTHING } from "./events.ts";
import type { Pool, State, WorkerView } from "./model.ts";
import { isAssigned } from "./model.ts";
import { settle } from "./on-attempt.ts";

export function onRoster(state: State, event: EventOf<"roster">, now: number): Step {
  const { roster } = event;
  const pool = state.pools.get(roster.identity);
  const pointer = event.pointer ?? pool?.pointer;
  if (!pointer) return NOTHING;
  if (pool && roster.epoch <= pool.roster.epoch) return NOTHING;
  const steps = pool ? departures(state, pool, { event, now }) : [];
  const arrivals = roster.workers.map((entry) => arrival(pool, roster.identity, { entry, now }));
  const first: Change = { kind: "pool", roster, pointer };
  // It was said of what was known before.
  const well: Change = { kind: "trouble", pool: roster.identity, trouble: "" };
  return {
    changes: [
      first,
      ...(pool && pool.trouble !== "" ? [well] : []),
      ...steps.flatMap((step) => step.changes),
      ...arrivals,
    ],
    effects: steps.flatMap((step): readonly Effect[] => step.effects),
  };
}

/**
 * Another host key under the same id is another machine. Without one it is the same: so a roster tells of a machine that
 * cannot be reached just now, such as one that waits for its repair while others are repaired.
 */
function isSame(view: WorkerView, entry: RosterWorker | undefined): boolean {
  if (entry === undefined) return false;
  return entry.hostKey === view.entry.hostKey || entry.hostKey === "" || view.entry.hostKey === "";
}

/** What was known of its address holds until another one is told. */
function merged(known: RosterWorker, entry: RosterWorker): RosterWorker {
  const { host, port, hostKey } = known;
  return entry.hostKey === "" ? { ...entry, host, port, hostKey } : entry;
}

function departures(
  state: State,
  pool: Pool,
  { event, now }: { readonly event: EventOf<"roster">; readonly now: number },
): readonly Step[] {
  const next = new Map(event.roster.workers.map((entry) => [entry.id, entry]));
  return [...pool.workers.values()].flatMap((view) => {
    const entry = next.get(view.entry.id);
    if (isSame(view, entry)) return [];
    const stays = entry === undefined && view.connection.kind === "up" && view.jobs.length > 0;
    return [stays ? leave(pool, view) : removeWorker(state, pool, { view, why: "left the pool", now })];
  });
}

function leave(pool: Pool, view: WorkerView): Step {
  return { changes: [{ kind: "worker", pool: pool.identity, view: { ...view, leaving: true } }], effects: [] };
}

/** The worker is gone for good, and what it ran with it. */
export function removeWorker(
  state: State,
  pool: Pool,
  { view, why, now }: { readonly view: WorkerView; readonly why: string; readonly now: number },
): Step {
  const gone: Change = { kind: "worker-gone", pool: pool.identity, worker: view.entry.id };
  const steps = view.jobs.map((id): Step => {
    const job = state.jobs.get(id);
    if (!job || !isAssigned(job)) return NOTHING;
    const next = withoutWorker(state, job, { answer: "gone", why: `worker ${view.entry.id} ${why}`, now });
    return next ? settle({ job, pool, view: { ...view, leaving: false } }, next) : NOTHING;
  });
  return {
    changes: [...steps.flatMap((step) => step.changes), gone],
    effects: steps.flatMap((step) => step.effects),
  };
}

function arrival(
  pool: Pool | undefined,
  identity: string,
  { entry, now }: { readonly entry: RosterWorker; readonly now: number },
): Change {
  const known = pool?.workers.get(entry.id);
  const view =
    known && isSame(known, entry)
      ? { ...known, entry: merged(known.entry, entry), leaving: false }
      : newWorker(entry, now);
  return { kind: "worker", pool: identity, view };
}

export function newWorker(entry: RosterWorker, now: number): WorkerView {
  return {
    entry,
    connection: { kind: "down", since: now, quietSince: now, reason: "", permanent: false },
    leaving: false,
    cordon: "",
    hold: null,
    jobs: [],
    takingBack: [],
    askedAt: now,
  };
}
