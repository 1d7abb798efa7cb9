import fc from "fast-check";
import { expect, test } from "vitest";
import type { StoredChange } from "../../../runner/core/index.ts";
import { folded } from "../../../runner/core/index.ts";
import { openSqliteStore, type Store } from "../../../runner/store/index.ts";
import { action, carryOut, recovery } from "./actions.ts";
import { World } from "./world.ts";

/** Everything that callers can read of it. */
async function contents(store: Store, ranks: number) {
  const { queue: _, ...snapshot } = await store.load();
  const jobs = Array.from({ length: ranks }, (_unused, index) => store.attempts(index + 1));
  return [snapshot, await store.page({ limit: 1_000 }), await Promise.all(jobs)];
}

function recording(store: Store, seen: StoredChange[]): Store {
  const commit: Store["commit"] = async (changes) => {
    seen.push(...changes);
    return await store.commit(changes);
  };
  return new Proxy(store, { get: (target, name) => (name === "commit" ? commit : Reflect.get(target, name)) });
}

test("however turns are cut, the folded changes lead to the same rows", async () => {
  let [before, after] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      recovery,
      fc.array(action, { maxLength: 60, size: "max" }),
      fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      async (first, actions, sizes) => {
        await using store = openSqliteStore(":memory:");
        await using other = openSqliteStore(":memory:");
        const seen: StoredChange[] = [];
        const world = await World.create(recording(store, seen), 2);
        await world.submit(3, first);
        for (const one of actions) await carryOut(world, one);
        await world.heal();
        for (let at = 0; at < seen.length; ) {
          const turn = seen.slice(at, (at += sizes.next().value));
          expect(await other.commit(folded(turn))).toEqual([]);
          before += turn.length;
          after += folded(turn).length;
        }
        expect(await contents(other, world.submitted)).toEqual(await contents(store, world.submitted));
      },
    ),
    { numRuns: 100 },
  );
  expect(after).toBeLessThan(before);
}, 60_000);

test("what is stale stays stale: a job that is not as expected is not written", async () => {
  await using store = openSqliteStore(":memory:");
  const seen: StoredChange[] = [];
  const world = await World.create(recording(store, seen), 1);
  await world.submit(1);
  await world.heal();
  const moves = folded(seen).filter(({ kind }) => kind === "moved");
  expect(moves).toHaveLength(1);
  expect(await store.commit(moves)).toEqual(moves);
});
