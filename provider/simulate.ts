/** Plays a plan to its end in a world where every step succeeds and every job ends: what the preview tells. Pure. */
import type { Budget } from "./budget.ts";
import { plan } from "./plan.ts";
import type { Desired, Observed, ObservedWorker, Step } from "./steps.ts";
import { whyStuck } from "./stuck.ts";

export interface Outcome {
  readonly added: number;
  readonly removed: number;
  /** Workers that were there and stay, with everything on them. */
  readonly kept: number;
  /** Workers that were there, are set up again or brought back, and stay. */
  readonly mended: number;
  /** How the pool stands when the plan begins. */
  readonly before: Tally;
  /** The most workers at any time. */
  readonly most: number;
  /** The fewest ready workers at any time. */
  readonly fewestReady: number;
  /** Why the pool will not be as wanted although every step succeeds. */
  readonly stuck?: string;
}

export function simulate(desired: Desired, observed: Observed, budget: Budget): Outcome {
  const mended = new Set<number>();
  const removed = new Set<number>();
  const counts = [tally(observed)];
  let world = observed;
  for (let steps = plan(desired, world, budget, 0); steps.length > 0; steps = plan(desired, world, budget, 0)) {
    for (const step of steps) {
      if (step.kind === "prepare" || step.kind === "restart") mended.add(step.worker.id);
      if (step.kind === "remove") removed.add(step.worker.id);
    }
    // In whatever order they end: at the most all machines are made before one goes, at the least the other way round.
    for (const some of inWorstOrder(steps)) {
      world = some.reduce((after, step) => succeed(desired, after, step), world);
      counts.push(tally(world));
    }
  }
  const there = observed.workers.filter(({ id }) => !removed.has(id));
  const stuck = whyStuck(desired, world, budget);
  return {
    added: world.workers.filter(({ id }) => id > observed.lastId).length,
    removed: observed.workers.length - there.length,
    kept: there.filter(({ id }) => !mended.has(id)).length,
    mended: there.filter(({ id }) => mended.has(id)).length,
    before: tally(observed),
    most: Math.max(...counts.map(({ total }) => total)),
    fewestReady: Math.min(...counts.map(({ ready }) => ready)),
    ...(stuck === undefined ? {} : { stuck }),
  };
}

function inWorstOrder(steps: readonly Step[]): readonly (readonly Step[])[] {
  const isGoing = ({ kind }: Step): boolean => kind === "remove" || kind === "cordon";
  const made = steps.filter(({ kind }) => kind === "create");
  return [made, steps.filter(isGoing), steps.filter((step) => step.kind !== "create" && !isGoing(step))];
}

interface Tally {
  readonly total: number;
  readonly ready: number;
}

function tally({ workers }: Observed): Tally {
  const ready = workers.filter(({ phase, cordon }) => phase === "ready" && cordon.by !== "pool");
  return { total: workers.length, ready: ready.length };
}

function succeed(desired: Desired, world: Observed, step: Step): Observed {
  const change = (fields: Partial<ObservedWorker>): Observed => ({
    ...world,
    workers: world.workers.map((worker) => (worker.id === step.worker.id ? { ...worker, ...fields } : worker)),
  });
  switch (step.kind) {
    case "create": {
      const { fingerprint } = desired;
      const fresh = {
        ...step.worker,
        fingerprint,
        generation: 0,
        phase: "blank",
        busy: 0,
        cordon: { by: "nobody" },
      } as const;
      return { ...world, workers: [...world.workers, fresh], lastId: Math.max(world.lastId, step.worker.id) };
    }
    case "restart":
      return change({ phase: "ready" });
    case "prepare":
      return change({ phase: "ready", cordon: { by: "nobody" } });
    case "cordon":
      return change({ cordon: { by: "pool", since: 0 } });
    case "uncordon":
      return change({ cordon: { by: "nobody" } });
    case "drain":
      return change({ busy: 0 });
    case "remove":
      return { ...world, workers: world.workers.filter(({ id }) => id !== step.worker.id) };
  }
}
