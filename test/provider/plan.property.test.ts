import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Budget } from "../../provider/budget.ts";
import { plan } from "../../provider/plan.ts";
import type { Cordon, Desired, ObservedWorker, Phase } from "../../provider/steps.ts";
import { type Fate, World } from "./world.ts";

const RUNS = { numRuns: 10_000 };
const WANTED = "new";

const phases = fc.constantFrom<Phase>("ready", "ready", "ready", "blank", "failed", "down", "unknown");
const cordons = fc.constantFrom<Cordon>({ by: "nobody" }, { by: "nobody" }, { by: "user" }, { by: "pool", since: 0 });
const workers = fc
  .array(fc.record({ phase: phases, cordon: cordons, busy: fc.constantFrom(0, 0, 1, 2), fresh: fc.boolean() }), {
    maxLength: 12,
  })
  .map((list) =>
    list.map(
      ({ fresh, ...rest }, index): ObservedWorker => ({
        id: index + 1,
        name: `p-${index + 1}`,
        fingerprint: fresh ? WANTED : "old",
        generation: fresh ? 2 : 1,
        ...rest,
      }),
    ),
  );
const budgets = fc
  .record({ surge: fc.integer({ min: 0, max: 4 }), unavailable: fc.integer({ min: 0, max: 4 }) })
  .filter(({ surge, unavailable }) => surge + unavailable > 0);
const desireds = fc.integer({ min: 0, max: 10 }).map((size): Desired => ({ pool: "p", size, fingerprint: WANTED }));
const fates = fc.constantFrom<Fate>("ok", "ok", "ok", "fail", "race", "lose");
const jobs = fc.constantFrom("end", "start", "none" as const);
const scenario = { desired: desireds, budget: budgets as fc.Arbitrary<Budget>, workers };
const faults = fc.array(fc.record({ fate: fates, jobs, pick: fc.nat(30) }), { maxLength: 40 });

/** Plays until nothing is left to do; everything succeeds. */
function settle(world: World): void {
  for (let turn = 0; turn < 300; turn += 1) {
    const steps = world.plan();
    if (steps.length === 0) return;
    for (const step of steps) world.apply(step, "ok");
  }
  throw new Error("the plan never ends");
}

test("no order and no part of a plan, with any fault between, breaks a safety rule", () => {
  fc.assert(
    fc.property(fc.record({ ...scenario, faults }), (given) => {
      const world = new World(given.desired, given.budget, given.workers);
      for (const fault of given.faults) {
        const steps = world.plan();
        if (steps.length === 0) break;
        // Jobs come and go after the plan was made, as far as the cordons let them.
        if (fault.jobs === "end") world.jobs("end");
        const step = steps[fault.pick % steps.length];
        if (step !== undefined) world.apply(step, fault.fate);
        if (fault.jobs === "start") world.jobs("start");
      }
      expect(world.violations).toEqual([]);
    }),
    RUNS,
  );
});

test("all steps of one plan in any order keep the rules, whatever of them fails", () => {
  fc.assert(
    fc.property(fc.record({ ...scenario, seed: fc.infiniteStream(fc.nat(1000)), faults }), (given) => {
      const world = new World(given.desired, given.budget, given.workers);
      for (const { fate } of given.faults) {
        const steps = world.plan();
        const shuffled = steps.toSorted(() => ((given.seed.next().value ?? 0) % 3) - 1);
        for (const step of shuffled) world.apply(step, step.kind === "drain" ? "lose" : fate);
      }
      expect(world.violations).toEqual([]);
    }),
    { numRuns: 5000 },
  );
});

test("after any faults, the next run of the same plan ends in exactly the wanted pool", () => {
  fc.assert(
    fc.property(fc.record({ ...scenario, faults }), (given) => {
      const world = new World(given.desired, given.budget, given.workers);
      for (const fault of given.faults) {
        const steps = world.plan();
        const step = steps[fault.pick % Math.max(1, steps.length)];
        if (step !== undefined) world.apply(step, fault.fate);
        if (fault.jobs !== "none") world.jobs(fault.jobs);
      }
      world.nextRun();
      world.jobs("end");
      settle(world);
      expect(world.violations).toEqual([]);
      expect(world.workers.map(({ fingerprint, phase }) => `${fingerprint} ${phase}`)).toEqual(
        Array.from({ length: given.desired.size }, () => "new ready"),
      );
      expect(world.workers.filter(({ cordon }) => cordon.by === "pool")).toEqual([]);
    }),
    RUNS,
  );
});

test("no busy worker goes while an idle one of the same class could", () => {
  fc.assert(
    fc.property(fc.record(scenario), ({ desired, budget, workers: list }) => {
      const world = new World(desired, budget, list);
      const steps = world.plan();
      const gone = new Set(steps.filter(({ kind }) => kind === "remove").map(({ worker }) => worker.id));
      for (const step of steps) {
        if (step.kind !== "cordon") continue;
        const leaver = list.find(({ id }) => id === step.worker.id);
        const idle = list.filter(
          (other) =>
            other.fingerprint === leaver?.fingerprint &&
            other.phase === "ready" &&
            other.busy === 0 &&
            leaver.phase === "ready" &&
            !gone.has(other.id),
        );
        expect(idle).toEqual([]);
      }
    }),
    RUNS,
  );
});

test("a pool that only changes its size touches no worker that need not go", () => {
  const ready = fc.array(fc.constantFrom(0, 1), { maxLength: 12 }).map((list) =>
    list.map(
      (busy, index): ObservedWorker => ({
        id: index + 1,
        name: `p-${index + 1}`,
        fingerprint: WANTED,
        generation: 1,
        phase: "ready",
        busy,
        cordon: { by: "nobody" },
      }),
    ),
  );
  fc.assert(
    fc.property(fc.record({ ...scenario, workers: ready }), ({ desired, budget, workers: list }) => {
      const world = new World(desired, budget, list);
      settle(world);
      const touched = new Set(world.steps.map(({ worker }) => worker.id).filter((id) => id <= list.length));
      expect(touched.size).toBe(Math.max(0, list.length - desired.size));
      const idleBefore = list.filter(({ busy }) => busy === 0).length;
      const busyTouched = [...touched].filter((id) => list[id - 1]?.busy === 1).length;
      expect(busyTouched).toBe(Math.max(0, list.length - desired.size - idleBefore));
    }),
    RUNS,
  );
});

test("nothing is planned for a worker on which a step is under way", () => {
  const acting = fc.constantFrom("create", "restart", "prepare", "cordon", "uncordon", "remove" as const);
  fc.assert(
    fc.property(fc.record({ ...scenario, acting, pick: fc.nat(20) }), (given) => {
      const chosen = given.workers[given.pick % Math.max(1, given.workers.length)];
      if (chosen === undefined) return;
      const list = given.workers.map((worker) => (worker === chosen ? { ...worker, acting: given.acting } : worker));
      const steps = plan(given.desired, { workers: list, lastId: list.length }, given.budget, 0);
      expect(steps.filter(({ worker }) => worker.id === chosen.id)).toEqual([]);
    }),
    RUNS,
  );
});
