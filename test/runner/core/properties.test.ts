import fc from "fast-check";
import { expect, test } from "vitest";
import { openSqliteStore } from "../../../runner/store/index.ts";
import { action, carryOut, recovery } from "./actions.ts";
import { World } from "./world.ts";

test("whatever happens, each rank ends once, no attempt begins twice, none overlap, and the first come first", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
      recovery,
      fc.array(action, { maxLength: 60, size: "max" }),
      async (workers, most, first, actions) => {
        await using store = openSqliteStore(":memory:");
        const world = await World.create(store, workers, most);
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
