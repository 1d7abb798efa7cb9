/**
 * Two hundred seeds of the fault lab, or those of `LIDO_LAB_SEEDS`: numbers and ranges (`17`, `3,9,201-250`).
 * `npm run test:lab`
 */
import { describe, expect, test } from "vitest";
import { runSeed } from "./run-seed.ts";
import { skipLab, whyNot } from "./world.ts";

const seeds = (process.env.LIDO_LAB_SEEDS ?? "1-200").split(",").flatMap((part) => {
  const [first = 1, last = first] = part.split("-").map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
});

describe.concurrent(`the fault lab${whyNot}`, () => {
  test.skipIf(skipLab).each(seeds)("seed %d", async (seed) => {
    const { violations, report } = await runSeed(seed);
    expect(violations, report).toEqual([]);
  });
});
