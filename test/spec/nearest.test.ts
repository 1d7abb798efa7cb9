/** The nearest known word: near enough to help, never a wild guess. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { distance, nearest } from "../../spec/nearest.ts";

const KNOWN = ["workers", "min_workers", "max_workers", "instance_type", "cpus"];

test.each([
  ["worker", "workers"],
  ["wrokers", "workers"],
  ["Workers", "workers"],
  ["minWorkers", "min_workers"],
  ["min-workers", "min_workers"],
  ["instance", "instance_type"],
  ["cpu", "cpus"],
  ["zebra", undefined],
  ["x", undefined],
  ["", undefined],
  ["w", undefined],
  ["x".repeat(10_000), undefined],
])("%s -> %s", (word, expected) => {
  expect(nearest(word, KNOWN)).toBe(expected);
});

test("the distance is one of edits", () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(distance(a, a)).toBe(0);
      expect(distance(a, b)).toBe(distance(b, a));
      expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(distance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
    }),
  );
});

test("a word of one letter is near to none, and none of one letter to another word", () => {
  expect([nearest("x", ["g", "gp"]), nearest("ab", ["a"]), nearest("X", ["x"])]).toEqual([undefined, undefined, "x"]);
});
