import { afterEach, expect, test, vi } from "vitest";
import { steadyClock } from "../../../runner/controller/clock.ts";
import { Meter } from "../../../runner/controller/meter.ts";

afterEach(() => vi.useRealTimers());

test("a wall clock that is set does not move the controller's", () => {
  const began = Date.now();
  const clock = steadyClock();
  expect(Math.abs(clock() - began)).toBeLessThan(5_000);
  vi.useFakeTimers({ now: began + 86_400_000, toFake: ["Date"] });
  expect(Date.now() - began).toBeGreaterThan(80_000_000);
  expect(Math.abs(clock() - began)).toBeLessThan(60_000);
});

test("a meter tells the average of the last ten seconds, and what there was in all", () => {
  const meter = new Meter();
  for (let ms = 0; ms < 20_000; ms += 100) meter.count(ms);
  expect(meter.perSecond(19_950)).toBe(10);
  expect(meter.perSecond(24_950)).toBe(5);
  expect(meter.perSecond(60_000)).toBe(0);
  expect(meter.total).toBe(200);
});
