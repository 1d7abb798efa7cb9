/** What a refresh says of the workers that it found, whole. */
import { expect, test } from "vitest";
import { driftOf } from "../../provider/drift.ts";
import type { RosterWorker, WorkerState } from "../../worker/index.ts";
import { rosterWorker } from "../runner/core/fixtures.ts";

const worker = (id: number, state: WorkerState = "READY", reason = ""): RosterWorker =>
  rosterWorker(id, { name: `p-${id}`, state, reason });

test("workers that are as the state says are no news, nor is one that failed before", () => {
  const stated = [worker(1), worker(2, "FAILED", "setup ended with exit code 1.")];
  expect(driftOf(stated, [worker(1, "DRAINING"), worker(2, "PREPARING")])).toBeUndefined();
});

test("a worker that is gone, not set up, silent, or ready by now", () => {
  expect(driftOf([worker(1), worker(2)], [worker(1)])).toBe("1 worker is not as the state says: p-2 is gone");
  expect(driftOf([worker(1)], [worker(1, "PREPARING")])).toBe("1 worker is not as the state says: p-1 is not set up");
  const found = [worker(1, "FAILED", "its machine does not answer.\nmore"), worker(2)];
  expect(driftOf([worker(1), worker(2, "FAILED")], found)).toBe(
    "2 workers are not as the state says: p-1 is not ready (its machine does not answer), p-2 is ready",
  );
});

test("what a run made that was cut off", () => {
  const found = [1, 2, 3, 4, 5].map((id) => worker(id));
  expect(driftOf([], found)).toBe(
    "5 workers are not as the state says: p-1 was made since, p-2 was made since, p-3 was made since and 2 more",
  );
});
