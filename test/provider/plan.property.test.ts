/** The promises of plan.ts over random pools, policies and faults. `plan-rules.ts` says them, `world.ts` plays. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { budgetOf } from "../../provider/budget.ts";
import { plan } from "../../provider/plan.ts";
import type { Cordon, Desired, ObservedWorker, Phase, Step } from "../../provider/steps.ts";
import { whyStuck } from "../../provider/stuck.ts";
import type { UpdatePolicy } from "../../spec/index.ts";
import { type Event, type Fate, type Setting, World } from "./world.ts";

const RUNS = { numRuns: 3000 };
const KINDS = ["new", "old", "older"] as const;

const phases = fc.constantFrom<Phase>("ready", "ready", "ready", "ready", "blank", "failed", "down", "unknown");
const cordons = fc.constantFrom<Cordon>({ by: "nobody" }, { by: "nobody" }, { by: "user" }, { by: "pool", since: 0 });
const worker = fc.record({
  phase: phases,
  cordon: cordons,
  busy: fc.constantFrom(0, 0, 1, 2),
  kind: fc.constantFrom(0, 1, 1, 1, 2),
});
const pool = (one: fc.Arbitrary<{ kind: number } & Pick<ObservedWorker, "phase" | "cordon" | "busy">>) =>
  fc.array(one, { maxLength: 12 }).map((list) =>
    list.map(
      ({ kind, ...rest }, index): ObservedWorker => ({
        id: index + 1,
        name: `p-${index + 1}`,
        fingerprint: KINDS[kind] ?? "new",
        generation: 3 - kind,
        ...rest,
      }),
    ),
  );
const rolling = fc
  .record({ maxSurge: fc.nat(4), maxUnavailable: fc.nat(4), canary: fc.nat(3) })
  .filter(({ maxSurge, maxUnavailable }) => maxSurge + maxUnavailable > 0)
  .map(
    (policy): UpdatePolicy => ({ ...policy, canary: Math.min(policy.canary, policy.maxSurge + policy.maxUnavailable) }),
  );
const blueGreen = fc.nat(2).map((canary): UpdatePolicy => ({ mode: "blue_green", canary }));
const policies = fc.oneof({ weight: 3, arbitrary: rolling }, { weight: 1, arbitrary: blueGreen });
const sizes = fc.nat(10);

interface Goal {
  readonly policy: UpdatePolicy;
  readonly size: number;
  readonly kind: number;
}
const goals = fc.record({ policy: policies, size: sizes, kind: fc.constantFrom(0, 0, 0, 1) });
const settings = fc.record({ policy: policies, size: sizes, workers: pool(worker) });

function setting({ policy, size, kind = 0 }: Omit<Goal, "kind"> & Partial<Goal>): Pick<Setting, "desired" | "budget"> {
  return { desired: { pool: "p", size, fingerprint: KINDS[kind] ?? "new" }, budget: budgetOf(policy, size) };
}

const fates = fc.constantFrom<Fate>("ok", "ok", "ok", "ok", "fail", "race", "lose");
const faults = fc.constantFrom<Event>("jobs end", "jobs start", "die", "reboot", "vanish", "kill", "scarce", "plenty");
type Move =
  | { readonly do: "begin" | "finish"; readonly pick: number; readonly fate: Fate }
  | { readonly do: "happen"; readonly pick: number; readonly event: Event }
  | { readonly do: "goal"; readonly goal: Goal };
const step: fc.Arbitrary<Move> = fc.record({ do: fc.constantFrom("begin", "finish"), pick: fc.nat(30), fate: fates });
const fault: fc.Arbitrary<Move> = fc.record({ do: fc.constant("happen" as const), pick: fc.nat(30), event: faults });
const another: fc.Arbitrary<Move> = fc.record({ do: fc.constant("goal" as const), goal: goals });
const moves = fc.array(
  fc.oneof({ weight: 12, arbitrary: step }, { weight: 3, arbitrary: fault }, { weight: 1, arbitrary: another }),
  { maxLength: 60 },
);

function play(world: World, list: readonly Move[]): void {
  for (const move of list) {
    if (move.do === "goal") {
      // Another goal is another run.
      world.nextRun(move.goal.size);
      Object.assign(world, setting(move.goal));
    } else if (move.do === "happen") world.happen(move.event, move.pick);
    else if (move.do === "begin") {
      const steps = world.plan();
      const chosen = steps[move.pick % Math.max(1, steps.length)];
      if (chosen !== undefined) world.begin(chosen);
    } else {
      const chosen = world.pending[move.pick % Math.max(1, world.pending.length)];
      if (chosen !== undefined) world.finish(chosen, move.fate);
    }
  }
}

/** Runs without faults until nothing is left to do. */
function settle(world: World): void {
  for (let turn = 0; turn < 300; turn += 1) {
    const steps = world.plan();
    if (steps.length === 0) return;
    for (const one of steps) world.apply(one, "ok");
  }
  throw new Error("the plan never ends");
}

function isAsWanted({ workers, desired }: World): boolean {
  const good = workers.filter(
    ({ fingerprint, phase, cordon }) =>
      fingerprint === desired.fingerprint && phase === "ready" && cordon.by !== "pool",
  );
  return good.length === desired.size && workers.length === desired.size;
}

test("steps side by side, faults, other goals: no rule is ever broken, and after the faults every run ends as wanted", {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(settings, moves, ({ policy, size, workers }, list) => {
      const world = new World({ ...setting({ policy, size }), workers });
      play(world, list);
      world.nextRun();
      world.happen("jobs end", 0);
      world.limit = undefined;
      settle(world);
      expect(world.violations).toEqual([]);
      expect(isAsWanted(world)).toBe(true);
    }),
    { numRuns: 12_000 },
  );
});

test("with any number of machines, a run ends as wanted or in a sentence that says why not", {
  timeout: 60_000,
}, () => {
  const limited = fc.record({ policy: policies, size: sizes, workers: pool(worker), limit: fc.nat(14), bad: fates });
  fc.assert(
    fc.property(limited, ({ policy, size, workers, limit, bad }) => {
      const given = setting({ policy, size });
      const world = new World({ ...given, workers, limit: Math.max(limit, workers.length) });
      for (const one of world.plan()) world.apply(one, one.kind === "prepare" ? bad : "ok");
      world.happen("jobs end", 0);
      settle(world);
      expect(world.violations).toEqual([]);
      const why = whyStuck(given.desired, world.observed, given.budget);
      const told = world.workers.some(({ phase }) => phase === "failed" || phase === "unknown");
      const needless = isAsWanted(world) && why !== undefined;
      const unsaid = !isAsWanted(world) && (!told || world.workers.length !== size) && why === undefined;
      expect({ needless, unsaid, why }).toEqual({ needless: false, unsaid: false, why });
    }),
    RUNS,
  );
});

test("a run that is killed anywhere makes no worker that an undisturbed run would not make", {
  timeout: 60_000,
}, () => {
  const calm = fc.array(fc.record({ pick: fc.nat(30), after: fc.constantFrom("finish", "wait", "kill") }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(settings, calm, ({ policy, size, workers }, list) => {
      const given = setting({ policy, size });
      const world = new World({ ...given, workers });
      for (const { pick, after } of list) {
        const steps = world.plan();
        const chosen = steps[pick % Math.max(1, steps.length)];
        if (chosen === undefined) continue;
        world.begin(chosen);
        if (after === "finish") world.finish(chosen, "ok");
        if (after === "kill") world.happen("kill", pick);
      }
      world.nextRun();
      settle(world);
      const there = workers.filter(({ fingerprint }) => fingerprint === given.desired.fingerprint).length;
      const made = world.workers.filter(({ id }) => id > workers.length).length;
      expect({ made, asWanted: isAsWanted(world) }).toEqual({ made: Math.max(0, size - there), asWanted: true });
    }),
    RUNS,
  );
});

test("the next plan takes nothing back that a part of this one did", { timeout: 60_000 }, () => {
  const answering = worker.filter(({ phase }) => phase !== "down");
  const still = fc.record({ policy: policies, size: sizes, workers: pool(answering), part: fc.nat(2 ** 20) });
  fc.assert(
    fc.property(still, ({ policy, size, workers, part }) => {
      const world = new World({ ...setting({ policy, size }), workers });
      const first = world.plan();
      const done = first.filter((_, index) => ((part >> (index % 20)) & 1) === 1);
      for (const one of done) world.apply(one, one.kind === "drain" ? "lose" : "ok");
      expect(world.plan().filter((next) => done.some((one) => undoes(next, one)))).toEqual([]);
    }),
    RUNS,
  );
});

function undoes(next: Step, done: Step): boolean {
  if (next.worker.id !== done.worker.id) return false;
  const takes = next.kind === "cordon" || next.kind === "remove";
  if (done.kind === "cordon") return next.kind === "uncordon";
  return takes && (done.kind === "create" || done.kind === "prepare");
}

test("no busy worker goes while an idle one of the same class could", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(settings, ({ policy, size, workers }) => {
      const world = new World({ ...setting({ policy, size }), workers });
      const steps = world.plan();
      const gone = new Set(steps.filter(({ kind }) => kind === "remove").map(({ worker: { id } }) => id));
      for (const {
        kind,
        worker: { id },
      } of steps) {
        const leaver = workers.find((one) => one.id === id);
        if (kind !== "cordon" || leaver?.phase !== "ready") continue;
        const idle = workers.filter(
          (other) =>
            other.fingerprint === leaver.fingerprint &&
            other.phase === "ready" &&
            other.busy === 0 &&
            !gone.has(other.id),
        );
        expect(idle).toEqual([]);
      }
    }),
    RUNS,
  );
});

test("a pool that only changes its size touches no worker that need not go", { timeout: 60_000 }, () => {
  const ready = pool(
    fc.record({
      phase: fc.constant("ready" as const),
      cordon: fc.constant({ by: "nobody" } as const),
      busy: fc.nat(1),
      kind: fc.constant(0),
    }),
  );
  fc.assert(
    fc.property(fc.record({ policy: policies, size: sizes, workers: ready }), ({ policy, size, workers }) => {
      const world = new World({ ...setting({ policy, size }), workers });
      settle(world);
      const touched = new Set(world.steps.map(({ worker: { id } }) => id).filter((id) => id <= workers.length));
      expect(touched.size).toBe(Math.max(0, workers.length - size));
      const busyTouched = workers.filter(({ id, busy }) => busy > 0 && touched.has(id)).length;
      const idleBefore = workers.filter(({ busy }) => busy === 0).length;
      expect(busyTouched).toBe(Math.max(0, workers.length - size - idleBefore));
      expect(world.steps.filter((one) => one.kind === "prepare" && one.canary)).toEqual([]);
    }),
    RUNS,
  );
});

test("the order in which workers are seen changes nothing, nor does asking twice", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(settings, ({ policy, size, workers }) => {
      const { desired, budget } = setting({ policy, size });
      const planned = (list: readonly ObservedWorker[]): readonly string[] =>
        plan(desired, { workers: list, lastId: workers.length }, budget, 0)
          .map((one) => JSON.stringify(one))
          .toSorted();
      expect(planned(workers.toReversed())).toEqual(planned(workers));
    }),
    RUNS,
  );
});

test("a busy worker goes only when its drain timeout is over", { timeout: 60_000 }, () => {
  const timed = fc.record({ policy: policies, size: sizes, workers: pool(worker), now: fc.nat(20), after: fc.nat(20) });
  fc.assert(
    fc.property(timed, ({ policy, size, workers, now, after }) => {
      const desired: Desired = { pool: "p", size, fingerprint: "new" };
      const observed = { workers, lastId: workers.length };
      const busy = (steps: readonly Step[]): readonly Step[] =>
        steps.filter(
          (one) => one.kind === "remove" && workers.some(({ id, busy: jobs }) => id === one.worker.id && jobs > 0),
        );
      expect(busy(plan(desired, observed, budgetOf(policy, size), now * 1000))).toEqual([]);
      const forced = busy(plan(desired, observed, budgetOf({ ...policy, drainTimeout: after }, size), now * 1000));
      expect(forced.every((one) => one.kind === "remove" && one.force && now >= after)).toBe(true);
    }),
    RUNS,
  );
});
