/**
 * Decides the next steps from what is wanted, what was seen and what the budget allows. Pure and without memory: called
 * again after any step, crash or fault it goes on from what is there. The steps of one plan may be carried out in any
 * order and only in part. A plan never has more than size + surge workers (nor more than machines can be had), never takes
 * a ready worker when only size - unavailable would be left, and never removes a worker on which something runs (unless
 * its drain timeout is over).
 *
 * Replacing 3 workers with surge 1, unavailable 0, canary 1:
 *
 *     ready old 3            -> create 1 new                    (4 = size + surge; 1 = canary)
 *     ready old 3, blank new -> prepare it with the canary's check; no old one leaves meanwhile
 *       its check fails      -> nothing more: 3 old ones serve on, and the next run tries again
 *     ready old 3 + new 1    -> 4 - (3 - 0) = 1 old may go: idle ones at once, a busy one is cordoned and drains
 *     ready old 2 + new 1    -> create the next, and so on
 *
 * The same with a limit of 3 machines and unavailable 1: there is no room for a fourth, so 3 - (3 - 1) = 1 old goes
 * first, and its place is the canary's. With unavailable 0 nothing can be done (see `stuck.ts`). As blue_green: create
 * 3 new (6 = twice the size), and only when 3 new are ready the 3 old go.
 */
import type { Budget } from "./budget.ts";
import { goingFirst, isGoing, keepFirst, nearestToReady } from "./order.ts";
import { leastReady, mostWorkers, type Rollout, rolloutOf } from "./rollout.ts";
import type { Desired, Leaving, Observed, ObservedWorker, Step, WorkerRef } from "./steps.ts";

export function plan(desired: Desired, observed: Observed, budget: Budget, now: number): Step[] {
  const current = observed.workers.filter((worker) => worker.fingerprint === desired.fingerprint);
  const kept = new Set(current.toSorted(keepFirst).slice(0, desired.size));
  const leaving = observed.workers.filter((worker) => !kept.has(worker));
  const rollout = rolloutOf(desired, { observed, budget, kept: [...kept] });
  const situation = { desired, observed, budget, now, kept, rollout };
  return [...repairs(situation, leaving), ...departures(situation, leaving), ...creations(situation)];
}

interface Situation {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly budget: Budget;
  readonly now: number;
  readonly kept: ReadonlySet<ObservedWorker>;
  readonly rollout: Rollout;
}

/** What stays is made ready. A machine that does not answer is brought back even when it is to leave: jobs may run there. */
function repairs({ kept, rollout }: Situation, leaving: readonly ObservedWorker[]): Step[] {
  const canary = rollout.stage === "canary";
  const prepared = rollout.stage === "canary" ? firstOf(kept, rollout.most) : kept;
  return [...kept, ...leaving].flatMap((worker): Step[] => {
    if (worker.acting !== undefined) return [];
    if (worker.phase === "down") return [{ kind: "restart", worker: ref(worker) }];
    if (!kept.has(worker)) return [];
    if (worker.phase === "ready") return serveAgain(worker);
    if (rollout.stage === "stopped") return [];
    return worker.phase === "blank" && prepared.has(worker) ? [{ kind: "prepare", worker: ref(worker), canary }] : [];
  });
}

function firstOf(kept: ReadonlySet<ObservedWorker>, count: number): ReadonlySet<ObservedWorker> {
  return new Set([...kept].toSorted(nearestToReady).slice(0, count));
}

function departures(situation: Situation, leaving: readonly ObservedWorker[]): Step[] {
  const notReady = situation.rollout.stage === "stopped" ? [] : leaving.filter(neverServed);
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
  const { desired, observed, budget, rollout } = situation;
  // Until green is ready, blue alone is as many as the pool should have.
  const counted = budget.mode === "blue_green" && rollout.stage !== "open" ? leaving : observed.workers;
  const ready = counted.filter(({ phase }) => phase === "ready");
  const least = leastReady(desired, budget);
  const allowed = Math.min(Math.max(0, ready.length - least), mayLeave(situation));
  // Those uncordoned by this very plan do not serve yet: a swap of a draining worker for an idle one takes two plans.
  let spare = ready.filter((worker) => !isGoing(worker)).length - least;
  return leaving.toSorted(goingFirst).flatMap((worker, place): Step[] => {
    if (place >= allowed) return serveAgain(worker);
    const steps = departure(situation, worker, isGoing(worker) || spare > 0);
    if (!isGoing(worker) && steps.length > 0) spare -= 1;
    return steps;
  });
}

/** Before the canaries, or all of green, are ready, ready workers leave only to make room for these. */
function mayLeave(situation: Situation): number {
  const { desired, observed, budget, kept, rollout } = situation;
  switch (rollout.stage) {
    case "open":
      return Number.POSITIVE_INFINITY;
    case "stopped":
      return 0;
    case "canary":
    case "green": {
      const staying = observed.workers.filter((worker) => kept.has(worker) || !neverServed(worker)).length;
      const room = mostWorkers(desired, observed, budget) - staying;
      const wanted = rollout.most - kept.size;
      return wanted <= 0 ? 0 : Math.max(0, wanted - room);
    }
  }
}

function departure({ desired, budget, now }: Situation, worker: ObservedWorker, mayGo: boolean): Step[] {
  if (worker.acting !== undefined || !mayGo) return [];
  const why = reason(desired, worker);
  const unfinished = worker.busy + (worker.unread ?? 0);
  if (unfinished === 0) return [{ kind: "remove", worker: ref(worker), why, force: false }];
  if (worker.cordon.by !== "pool") return [{ kind: "cordon", worker: ref(worker), why }];
  const timeUp = budget.drainTimeoutMs !== undefined && now - worker.cordon.since >= budget.drainTimeoutMs;
  return timeUp
    ? [{ kind: "remove", worker: ref(worker), why, force: true }]
    : [{ kind: "drain", worker: ref(worker), running: unfinished }];
}

function creations({ desired, observed, budget, kept, rollout }: Situation): Step[] {
  if (rollout.stage === "stopped") return [];
  const room = mostWorkers(desired, observed, budget) - observed.workers.length;
  const count = Math.max(0, Math.min(room, rollout.most - kept.size));
  return Array.from({ length: count }, (_, index) => {
    const id = observed.lastId + 1 + index;
    return { kind: "create", worker: { id, name: `${desired.pool}-${id}` } };
  });
}

function serveAgain(worker: ObservedWorker): Step[] {
  return worker.acting === undefined && worker.cordon.by === "pool" ? [{ kind: "uncordon", worker: ref(worker) }] : [];
}

function neverServed({ phase }: ObservedWorker): boolean {
  return phase === "blank" || phase === "failed";
}

function reason(desired: Desired, worker: ObservedWorker): Leaving {
  if (worker.phase !== "ready") return "not-ready";
  return worker.fingerprint === desired.fingerprint ? "surplus" : "replaced";
}

function ref(worker: WorkerRef): WorkerRef {
  return { id: worker.id, name: worker.name };
}
