import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RosterPace } from "../../provider/roster-pace.ts";
import type { Roster } from "../../worker/index.ts";
import { roster as rosterOf } from "../runner/pools/roster.ts";

const roster = (epoch: number, workers: number): Roster => {
  const one = rosterOf();
  return { ...one, epoch, workers: Array.from({ length: workers }, () => one.workers[0] as Roster["workers"][number]) };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the first goes at once, those that follow closely as one, the last at the end", async () => {
  const told: number[] = [];
  const pace = new RosterPace(async ({ epoch }) => void told.push(epoch));
  for (const epoch of [1, 2, 3]) await pace.offer(roster(epoch, 50));
  expect(told).toEqual([1]);
  await vi.advanceTimersByTimeAsync(999);
  expect(told).toEqual([1]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual([1, 3]);
  await pace.offer(roster(4, 50));
  await pace.flush();
  expect(told).toEqual([1, 3, 4]);
  await pace.flush();
  expect(told).toEqual([1, 3, 4]);
});

test("what went wrong in between is told at the next offer", async () => {
  const why = new Error("somebody newer took over");
  let isFenced = false;
  const pace = new RosterPace(async () => {
    if (isFenced) throw why;
  });
  await pace.offer(roster(1, 3));
  isFenced = true;
  await pace.offer(roster(2, 3));
  await vi.advanceTimersByTimeAsync(60);
  await expect(pace.offer(roster(3, 3))).rejects.toBe(why);
  pace.stop();
});
