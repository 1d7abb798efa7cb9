import { expect, test } from "vitest";
import { why } from "../../../runner/core/index.ts";
import { rulesOf } from "../../../runner/core/rules.ts";
import { connected, job, Queue, ref, rosterWorker, submit } from "./fixtures.ts";

const WORKERS = [rosterWorker(1)];

function withPriority(priority: number) {
  return { resources: { ordered: false, anyOf: [{ priority }] } };
}

/** Ids 1-2 of priority 0, 3-4 of 5, 5 of -5, 6-7 of 5; one worker, which runs 1. */
function mixed(): Queue {
  const queue = new Queue();
  queue.send(submit(WORKERS, 2), connected(1));
  queue.send(submit(WORKERS, 2, withPriority(5)), submit(WORKERS, 1, withPriority(-5)));
  queue.send(submit(WORKERS, 2, withPriority(5)));
  return queue;
}

test("the highest priority goes first, and within one the first comes first; what runs is left alone", () => {
  const queue = mixed();
  const order = [1];
  const firstOf = (id: number) => [1, 3, 5, 6].findLast((first) => first <= id) ?? 1;
  for (let turn = 0; turn < 6; turn += 1) {
    const id = order.at(-1) ?? 0;
    const key = ref(id, 1, { first: firstOf(id) });
    // Each of them takes long, so nothing is staged.
    const effects = queue.send(
      { kind: "started", ...key, at: 0 },
      { kind: "exit", ...key, code: 0, startedAt: 0, endedAt: 60_000 },
    );
    order.push(...effects.flatMap((effect) => (effect.kind === "start" ? [effect.key.job] : [])));
  }
  expect(order).toEqual([1, 3, 4, 6, 7, 2, 5]);
});

test("a job that waits counts those before it by the same order", () => {
  const { state, now } = mixed();
  const ahead = (id: number, submission: number) => why(state, { id, submission }, now)?.ahead;
  expect([ahead(3, 3), ahead(6, 6), ahead(2, 1), ahead(5, 5)]).toEqual([0, 2, 4, 5]);
});

test("of several alternatives the highest priority holds; 0 when none says one", () => {
  const anyOf = [{ priority: -3 }, {}, { priority: 7 }];
  expect(rulesOf(job({ resources: { ordered: true, anyOf } })).priority).toBe(7);
  expect(rulesOf(job()).priority).toBe(0);
});
