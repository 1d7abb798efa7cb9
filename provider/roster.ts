/** Decides what the pool tells the world: the roster from what was seen, and back from a roster to what a plan needs. Pure. */
import type { Roster, RosterWorker, WorkerState } from "../worker/index.ts";
import type { Machine } from "./machines/machines.ts";
import type { Observed, ObservedWorker, Phase } from "./steps.ts";

/** One worker as it was seen: what the plan needs, and what only the roster tells. */
export interface Sight {
  readonly worker: ObservedWorker;
  readonly machine?: Machine;
  /** Milliseconds since 1970; 0 while it never was ready. */
  readonly readyAt: number;
  /** Why it is not as it should be; "" otherwise. */
  readonly reason: string;
}

/** A worker without a machine is not told: there is nothing to connect to. */
export function rosterWorkers(
  sights: readonly Sight[],
  wanted: { readonly fingerprint: string; readonly generation: number },
): RosterWorker[] {
  return sights.flatMap(({ worker, machine, readyAt, reason }): RosterWorker[] => {
    if (machine === undefined) return [];
    const { marker, capacity, hourlyCost } = machine;
    // Where it was stays known while it is silent: without that it could not be found again.
    const endpoint = machine.endpoint ?? machine.silence?.address;
    return [
      {
        id: worker.id,
        name: worker.name,
        host: endpoint?.host ?? "",
        port: endpoint?.port ?? 0,
        hostKey: endpoint?.hostKey ?? "",
        ...(endpoint?.user === undefined ? {} : { user: endpoint.user }),
        ...(endpoint?.jump === undefined ? {} : { jump: endpoint.jump }),
        generation: marker.fingerprint === wanted.fingerprint ? wanted.generation : marker.generation,
        fingerprint: marker.fingerprint,
        state: stateOf(worker),
        capacity,
        hourlyCost,
        readyAt,
        reason,
      },
    ];
  });
}

function stateOf(worker: ObservedWorker): WorkerState {
  switch (worker.phase) {
    case "creating":
      return "PROVISIONING";
    case "blank":
      return "PREPARING";
    case "down":
    case "unknown":
    case "failed":
      return "FAILED";
    case "ready":
      return worker.cordon.by === "pool" || worker.acting === "remove" ? "DRAINING" : "READY";
  }
}

/** What a plan would see if the machines still were as the roster says. `fingerprint`: of its present generation. */
export function observedFromRoster(roster: Roster, fingerprint: string, lastId: number): Observed {
  return {
    // A state may be older than its machines: that of a run which was killed says nothing of those that it made.
    lastId: Math.max(lastId, ...roster.workers.map(({ id }) => id)),
    workers: roster.workers.map((worker) => ({
      id: worker.id,
      name: worker.name,
      fingerprint: worker.fingerprint ?? presumed(worker, { generation: roster.generation, fingerprint }),
      generation: worker.generation,
      phase: phaseOf(worker.state),
      busy: 0,
      cordon: worker.state === "DRAINING" ? { by: "pool", since: 0 } : { by: "nobody" },
    })),
  };
}

/** Of a worker in the roster of an older version, which does not say it. */
function presumed(
  { generation }: RosterWorker,
  present: { readonly fingerprint: string; readonly generation: number },
) {
  return generation === present.generation ? present.fingerprint : `generation ${generation}`;
}

function phaseOf(state: WorkerState): Phase {
  switch (state) {
    case "PROVISIONING":
    case "PREPARING":
    case "FAILED":
      return "blank";
    case "READY":
    case "DRAINING":
      return "ready";
  }
}

/** The generation of workers with the wanted fingerprint: the present one if they have it, else a new one above all. */
export function generationFor(
  fingerprint: string,
  seen: readonly { readonly fingerprint: string; readonly generation: number }[],
): number {
  const newest = Math.max(0, ...seen.map(({ generation }) => generation));
  const has = seen.some((worker) => worker.fingerprint === fingerprint && worker.generation === newest);
  return has ? newest : newest + 1;
}
