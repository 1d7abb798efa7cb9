/**
 * Decides the next steps from what is wanted, what was seen and what the budget allows. Pure and without memory: called
 * again after any step, crash or fault it goes on from what is there. The steps of one plan may be carried out in any
 * order and only in part. A plan never has more than size + surge workers, never takes a ready worker when only
 * size - unavailable would be left, and never removes a worker on which something runs (unless its drain timeout is over).
 *
 * Replacing 3 workers with surge 1, unavailable 0:
 *
 *     ready old 3            -> create 1 new                    (4 = size + surge)
 *     ready old 3 + new 1    -> 4 - (3 - 0) = 1 old may go: idle ones at once, a busy one is cordoned and drains
 *     ready old 2 + new 1    -> create the next, and so on
 */
import type { Budget } from "./budget.ts";
import { goingFirst, isGoing, keepFirst } from "./order.ts";
import type { Desired, Leaving, Observed, ObservedWorker, Step, WorkerRef } from "./steps.ts";

export function plan(desired: Desired, observed: Observed, budget: Budget, now: number): Step[] {
  const current = observed.workers.filter((worker) => worker.fingerprint === desired.fingerprint);
  const kept = new Set(current.toSorted(keepFirst).slice(0, desired.size));
  const leaving = observed.workers.filter((worker) => !kept.has(worker));
  return [
    ...repairs([...kept], leaving),
    ...departures({ desired, observed, budget, now }, leaving),
    ...creations(desired, observed, budget, kept.size),
  ];
}

interface Situation {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly budget: Budget;
  readonly now: number;
}

/** What stays is made ready. A machine that does not answer is brought back even when it is to leave: jobs may run there. */
function repairs(kept: readonly ObservedWorker[], leaving: readonly ObservedWorker[]): Step[] {
  const steps: Step[] = [];
  for (const worker of [...kept, ...leaving].filter(({ acting }) => acting === undefined)) {
    const stays = kept.includes(worker);
    if (worker.phase === "down") steps.push({ kind: "restart", worker: ref(worker) });
    else if (stays && worker.phase === "blank") steps.push({ kind: "prepare", worker: ref(worker), canary: false });
    else if (stays && worker.phase === "ready" && worker.cordon.by === "pool") {
      steps.push({ kind: "uncordon", worker: ref(worker) });
    }
  }
  return steps;
}

function departures(situation: Situation, leaving: readonly ObservedWorker[]): Step[] {
  const notReady = leaving.filter(({ phase }) => phase === "blank" || phase === "failed");
  return [
    ...notReady.flatMap((worker) => departure(situation, worker, true)),
    ...readyDepartures(
      situation,
      leaving.filter(({ phase }) => phase === "ready"),
    ),
  ];
}

/** Only so many ready workers go that `size - unavailable` stay; of the others, one that was to go serves again. */
function readyDepartures(situation: Situation, leaving: readonly ObservedWorker[]): Step[] {
  const { desired, observed, budget } = situation;
  const ready = observed.workers.filter(({ phase }) => phase === "ready");
  const least = Math.max(0, desired.size - budget.unavailable);
  const allowed = Math.max(0, ready.length - least);
  // Those uncordoned by this very plan do not serve yet: a swap of a draining worker for an idle one takes two plans.
  let spare = ready.filter((worker) => !isGoing(worker)).length - least;
  return leaving.toSorted(goingFirst).flatMap((worker, place): Step[] => {
    if (place >= allowed) return serveAgain(worker);
    const steps = departure(situation, worker, isGoing(worker) || spare > 0);
    if (!isGoing(worker) && steps.length > 0) spare -= 1;
    return steps;
  });
}

function departure({ desired, budget, now }: Situation, worker: ObservedWorker, mayGo: boolean): Step[] {
  if (worker.acting !== undefined || !mayGo) return [];
  const why = reason(desired, worker);
  if (worker.busy === 0) return [{ kind: "remove", worker: ref(worker), why, force: false }];
  if (worker.cordon.by !== "pool") return [{ kind: "cordon", worker: ref(worker), why }];
  const timeUp = budget.drainTimeoutMs !== undefined && now - worker.cordon.since >= budget.drainTimeoutMs;
  return timeUp
    ? [{ kind: "remove", worker: ref(worker), why, force: true }]
    : [{ kind: "drain", worker: ref(worker), running: worker.busy }];
}

function creations(desired: Desired, observed: Observed, budget: Budget, kept: number): Step[] {
  const room = desired.size + budget.surge - observed.workers.length;
  const count = Math.max(0, Math.min(room, desired.size - kept));
  return Array.from({ length: count }, (_, index) => {
    const id = observed.lastId + 1 + index;
    return { kind: "create", worker: { id, name: `${desired.pool}-${id}` } };
  });
}

function serveAgain(worker: ObservedWorker): Step[] {
  return worker.acting === undefined && worker.cordon.by === "pool" ? [{ kind: "uncordon", worker: ref(worker) }] : [];
}

function reason(desired: Desired, worker: ObservedWorker): Leaving {
  if (worker.phase !== "ready") return "not-ready";
  return worker.fingerprint === desired.fingerprint ? "surplus" : "replaced";
}

function ref(worker: WorkerRef): WorkerRef {
  return { id: worker.id, name: worker.name };
}
