import fc from "fast-check";
import { expect, test } from "vitest";
import type { IdRange } from "../../../runner/api.ts";
import { normalize, subtract, total } from "../../../runner/core/index.ts";

const range = fc
  .record({ first: fc.integer({ min: 1, max: 40 }), length: fc.nat(8) })
  .map(({ first, length }) => ({ first, last: first + length }));
const ids = (ranges: readonly IdRange[]) =>
  new Set(ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at)));

test("normalize keeps the ids, ascending, and joins what touches", () => {
  fc.assert(
    fc.property(fc.array(range), (ranges) => {
      const joined = normalize(ranges);
      expect(ids(joined)).toEqual(new Set([...ids(ranges)].toSorted((a, b) => a - b)));
      expect(total(joined)).toBe(ids(ranges).size);
      expect(joined.every(({ first }, at) => at === 0 || first > (joined[at - 1]?.last ?? 0) + 1)).toBe(true);
    }),
  );
});

test("subtract is the difference of sets", () => {
  fc.assert(
    fc.property(fc.array(range), fc.array(range), (from, taken) => {
      expect(ids(subtract(from, taken))).toEqual(new Set([...ids(from)].filter((id) => !ids(taken).has(id))));
    }),
  );
});
