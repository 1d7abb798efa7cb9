import fc from "fast-check";
import { expect, test } from "vitest";
import { median, percentile } from "../../bench/statistics.ts";

const samples = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 });

test.each([
  [[7], 7],
  [[3, 1, 2], 2],
  [[10, 1, 2, 4], 3],
  [[100, 20, 3], 20],
])("the median of %j is %d", (given, expected) => {
  expect(median(given)).toBe(expected);
});

test.each([
  [0.95, 95],
  [0.99, 99],
  [0.5, 50],
  [1, 100],
  [0, 1],
])("percentile %d of 1 to 100 is %d", (share, expected) => {
  const given = Array.from({ length: 100 }, (_unused, index) => 100 - index);
  expect(percentile(given, share)).toBe(expected);
});

test("as many samples lie below the median as above it", () => {
  fc.assert(
    fc.property(samples, (given) => {
      const middle = median(given);
      const [below, above] = [given.filter((one) => one < middle), given.filter((one) => one > middle)];
      expect(Math.max(below.length, above.length)).toBeLessThanOrEqual(given.length / 2);
    }),
  );
});

test("a percentile is a sample, and at least its share of the samples is not above it", () => {
  fc.assert(
    fc.property(samples, fc.double({ noNaN: true, min: 0, max: 1 }), (given, share) => {
      const found = percentile(given, share);
      expect(given).toContain(found);
      expect(given.filter((one) => one <= found).length).toBeGreaterThanOrEqual(share * given.length - 1e-9);
    }),
  );
});

test("samples are left in their order", () => {
  const given = [3, 1, 2];
  median(given);
  percentile(given, 0.5);
  expect(given).toEqual([3, 1, 2]);
});

test("without samples there is no median and no percentile", () => {
  expect(() => median([])).toThrow("There are no samples.");
  expect(() => percentile([], 0.95)).toThrow("There are no samples.");
});
