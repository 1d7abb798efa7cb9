/** The first seeds of the fault lab, of which `npm run test:lab` lives through two hundred. */
import { describe, expect, test } from "vitest";
import { runSeed } from "./run-seed.ts";
import { skipLab, whyNot } from "./world.ts";

describe.concurrent(`the fault lab${whyNot}`, () => {
  test.skipIf(skipLab).each([1, 2, 3, 4, 5, 6])("seed %d", { timeout: 300_000 }, async (seed) => {
    const { violations, report } = await runSeed(seed);
    expect(violations, report).toEqual([]);
  });
});
