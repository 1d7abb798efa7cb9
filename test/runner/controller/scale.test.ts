/** What does not grow with the number of ranks. Times are generous: they are to tell O(1) from O(n), not to measure. */
import { expect, test } from "vitest";
import { isStored, react } from "../../../runner/core/index.ts";
import { openSqliteStore } from "../../../runner/store/index.ts";
import { job, POINTER, Queue, roster, rosterWorker, submit } from "../core/fixtures.ts";
import { makeHome, openClient, startController } from "./harness.ts";

test("the cancel of 100,000 pending ranks is one change, which the store writes as one", async () => {
  const queue = new Queue();
  await using store = openSqliteStore(":memory:");
  const { changes } = queue.step(submit([rosterWorker(1)], 100_000));
  await store.commit(changes.filter(isStored));
  const cancel = react(queue.state, { kind: "cancel", select: { all: true } }, queue.now);
  expect(cancel.changes).toHaveLength(1);
  expect(cancel.cancelled?.cancelled).toEqual([{ first: 1, last: 100_000 }]);
  expect(await store.commit(cancel.changes.filter(isStored))).toEqual([]);
  expect(await store.counts([{ first: 1, last: 100_000 }])).toEqual(new Map([["CANCELLED", 100_000]]));
  expect((await store.load()).spans).toEqual([]);
});

test("1,000,000 ranks in one submission cost what one costs: time, memory, the first page, and their cancel", async () => {
  using home = makeHome();
  await using controller = await startController(home);
  using client = await openClient(controller.socket);
  const params = (numJobs: number) => ({ job: job(), numJobs, pointer: POINTER, roster: roster([]), user: "me" });
  await client.call("submit", params(1));
  const timed = async (work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  const submitting = await timed(() => client.call("submit", params(1_000_000)));
  const paging = await timed(() => client.call("queue", { limit: 50 }));
  const counting = await timed(() => client.call("status", {}));
  const grown = process.memoryUsage().heapUsed - before;
  const cancelling = await timed(() => client.call("cancel", { all: true }));
  expect((await client.call("status", {})).queue).toEqual({ CANCELLED: 1_000_001 });
  // A million rows would take seconds and hundreds of megabytes.
  expect(Math.max(submitting, paging, counting, cancelling)).toBeLessThan(1_000);
  expect(grown).toBeLessThan(40 * 1024 * 1024);
});
