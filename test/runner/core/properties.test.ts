import fc from "fast-check";
import { expect, test } from "vitest";
import { openSqliteStore } from "../../../runner/store/index.ts";
import type { JobRecovery } from "../../../spec/index.ts";
import { World } from "./world.ts";

const worker = fc.integer({ min: 1, max: 6 });
const recovery: fc.Arbitrary<JobRecovery> = fc.record({
  onDisconnect: fc.constantFrom("wait", "lease", "eager"),
  maxRestartsOnErrors: fc.nat(2),
  recoverOnExitCodes: fc.constantFrom([], [2]),
});
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("deliver" as const), crash: fc.boolean(), twice: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("connect" as const), worker }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("exit" as const), worker, code: fc.integer({ min: 0, max: 2 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("submit" as const), count: fc.integer({ min: 1, max: 8 }), recovery }),
  },
  fc.record({ do: fc.constant("disconnect" as const), worker }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("brush" as const), worker }) },
  fc.record({ do: fc.constant("cancel" as const), first: fc.integer({ min: 1, max: 20 }), count: fc.nat(6) }),
  fc.record({ do: fc.constant("retry" as const) }),
  fc.record({ do: fc.constant("lose" as const), worker }),
  fc.record({ do: fc.constant("kill" as const), worker }),
  fc.record({ do: fc.constant("cordon" as const), worker, on: fc.boolean() }),
  fc.record({ do: fc.constant("restart" as const) }),
  fc.record({ do: fc.constant("tick" as const), ms: fc.integer({ min: 1, max: 70_000 }) }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

async function carryOut(world: World, what: Action): Promise<void> {
  switch (what.do) {
    case "deliver":
      return await world.deliver(what);
    case "connect":
      return await world.connect(what.worker);
    case "exit":
      return world.exit(what.worker, what.code);
    case "submit":
      return await world.submit(what.count, what.recovery);
    case "brush":
      return await world.brush(what.worker);
    case "disconnect":
      return await world.disconnect(what.worker);
    case "cancel": {
      const ids = [{ first: what.first, last: what.first + what.count }];
      return await world.turn({ kind: "cancel", select: { ids } });
    }
    case "retry":
      return await world.retry();
    case "lose":
      return await world.lose(what.worker);
    case "kill":
      return world.kill(what.worker);
    case "cordon":
      return world.cordon(what.worker, what.on);
    case "restart":
      return await world.restart();
    case "tick":
      return await world.pass(what.ms);
  }
}

test("whatever happens, each rank ends once, no attempt begins twice, none overlap, and the first come first", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      recovery,
      fc.array(action, { maxLength: 60, size: "max" }),
      async (workers, first, actions) => {
        await using store = openSqliteStore(":memory:");
        const world = await World.create(store, workers);
        await world.submit(3, first);
        for (const one of actions) await carryOut(world, one);
        await world.heal();

        expect(world.violations).toEqual([]);
        const ids = Array.from({ length: world.submitted }, (_, index) => index + 1);
        expect([...world.ends.keys()].toSorted((a, b) => a - b)).toEqual(ids);
        expect([...world.ends.values()].every((count) => count === 1)).toBe(true);
        expect(world.firstAssigned).toEqual(world.firstAssigned.toSorted((a, b) => a - b));
        // What workers that are gone had left is given up when the next controller begins.
        await world.restart();
        expect((await store.load()).uncollected).toEqual([]);
        const stored = await store.counts([{ first: 1, last: world.submitted }]);
        expect([...stored.values()].reduce((sum, count) => sum + count, 0)).toBe(world.submitted);
      },
    ),
    { numRuns: 200 },
  );
}, 60_000);

test("without a loss no attempt beyond the first is ever made", async () => {
  const harmless = action
    .filter((one) => one.do !== "lose" && one.do !== "retry" && one.do !== "kill" && one.do !== "cancel")
    .map((one) => (one.do === "submit" ? { ...one, recovery: {} } : one));
  await fc.assert(
    fc.asyncProperty(fc.array(harmless, { maxLength: 60, size: "max" }), async (actions) => {
      await using store = openSqliteStore(":memory:");
      const world = await World.create(store, 2);
      await world.submit(4);
      for (const one of actions) await carryOut(world, one);
      await world.heal();
      const attempts = [...world.machines.values()].flatMap((machine) => [...machine.attempts.values()]);
      expect(attempts.filter((one) => one.key.attempt !== 1)).toEqual([]);
      expect(attempts.filter((one) => one.status.kind === "done").length).toBe(world.submitted);
    }),
    { numRuns: 100 },
  );
}, 60_000);
