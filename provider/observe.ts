/** Sees what is there: every machine of the pool and what its worker says, as a plan needs it. Changes nothing. */
import { parseCordon } from "./cordon.ts";
import type { Machine } from "./machines/machines.ts";
import type { Sight } from "./roster.ts";
import type { Look, Sessions } from "./sessions.ts";
import type { Phase, Step, WorkerRef } from "./steps.ts";

/** What this run knows beyond what can be seen. */
export interface RunNotes {
  /** Steps under way. */
  readonly acting: ReadonlyMap<number, Step>;
  /** What failed in this run and why; it is not tried again. */
  readonly failures: ReadonlyMap<number, { readonly worker: WorkerRef; readonly reason: string }>;
  readonly restarted: ReadonlySet<number>;
  /** The fingerprint of workers that this run makes. */
  readonly wanted: string;
  /** How each worker was seen last. */
  readonly last: ReadonlyMap<number, Sight>;
}

export function noNotes(wanted: string): RunNotes {
  return { acting: new Map(), failures: new Map(), restarted: new Set(), wanted, last: new Map() };
}

export async function observe(machines: readonly Machine[], sessions: Sessions, notes: RunNotes): Promise<Sight[]> {
  const seen = await Promise.all(
    machines.map(async (machine) => sightOf(machine, await lookUnlessBeingMade(machine, sessions, notes), notes)),
  );
  const listed = new Set(machines.map(({ marker }) => marker.id));
  const unborn = [...notes.acting.values()].filter(({ kind, worker }) => kind === "create" && !listed.has(worker.id));
  const failed = [...notes.failures.values()].filter(({ worker }) => !listed.has(worker.id));
  return [
    ...seen,
    ...unborn.map(({ worker }) => withoutMachine(worker, notes.wanted, { phase: "creating", reason: "" })),
    ...failed.map(({ worker, reason }) => withoutMachine(worker, notes.wanted, { phase: "failed", reason })),
  ].toSorted((a, b) => a.worker.id - b.worker.id);
}

async function lookUnlessBeingMade(machine: Machine, sessions: Sessions, notes: RunNotes): Promise<Look | undefined> {
  const kind = notes.acting.get(machine.marker.id)?.kind;
  return kind === "create" || kind === "restart" || kind === "remove" ? undefined : sessions.look(machine);
}

function sightOf(machine: Machine, look: Look | undefined, notes: RunNotes): Sight {
  const { id, name, fingerprint, generation } = machine.marker;
  const acting = notes.acting.get(id)?.kind;
  const last = notes.last.get(id);
  if (acting === "remove" && last !== undefined) {
    // One that could not be removed keeps its mark for the rest of the run, and must not pass for well.
    return { ...last, worker: { ...last.worker, acting }, reason: notes.failures.get(id)?.reason ?? last.reason };
  }
  const { phase, reason } = phaseOf(machine, look, notes);
  return {
    worker: {
      id,
      name,
      fingerprint,
      generation,
      phase,
      busy: look?.kind === "reached" ? look.busy : 0,
      ...(look?.kind === "reached" && look.unread > 0 ? { unread: look.unread } : {}),
      cordon: look?.kind === "reached" ? parseCordon(look.cordon) : { by: "nobody" },
      ...(acting === undefined ? {} : { acting }),
    },
    machine,
    readyAt: (look?.kind === "reached" ? look.ready?.at : undefined) ?? 0,
    reason,
  };
}

function phaseOf(
  machine: Machine,
  look: Look | undefined,
  notes: RunNotes,
): { readonly phase: Phase; readonly reason: string } {
  const { id, fingerprint } = machine.marker;
  const failure = notes.failures.get(id)?.reason;
  if (look === undefined) {
    const acting = notes.acting.get(id)?.kind;
    return { phase: acting === "create" ? "creating" : acting === "restart" ? "down" : "ready", reason: failure ?? "" };
  }
  if (look.kind === "unreachable") {
    const hopeless = look.permanent || notes.restarted.has(id);
    return { phase: hopeless ? "unknown" : "down", reason: failure ?? look.reason };
  }
  if (look.ready?.fingerprint === fingerprint) return { phase: "ready", reason: failure ?? "" };
  return failure === undefined ? { phase: "blank", reason: "" } : { phase: "failed", reason: failure };
}

function withoutMachine(
  worker: WorkerRef,
  fingerprint: string,
  { phase, reason }: { readonly phase: Phase; readonly reason: string },
): Sight {
  const acting = phase === "creating" ? { acting: "create" as const } : {};
  return {
    worker: { ...worker, fingerprint, generation: 0, busy: 0, cordon: { by: "nobody" }, phase, ...acting },
    readyAt: 0,
    reason,
  };
}
