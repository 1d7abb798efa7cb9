/** That the fault lab can fail: with one guard of the reactor turned off it finds what that guard is there for. */
import { describe, expect, test } from "vitest";
import { runSeed } from "./run-seed.ts";
import { skipLab, whyNot } from "./world.ts";

const SEEDS = 50;
const TWICE = /^attempt \d+\.\d+ started (while \d+\.\d+ ran|though nothing happened to the one before it)$/;

describe(`the fault lab${whyNot}`, () => {
  // Whoever asks for certain seeds wants only those.
  test.skipIf(skipLab || process.env.LIDO_LAB_SEEDS !== undefined)(
    "a reactor that takes a lost connection for a lost job runs jobs twice, and it shows",
    {
      timeout: 900_000,
    },
    async () => {
      const found: string[] = [];
      for (let seed = 1; seed <= SEEDS && found.length === 0; seed += 1) {
        const { violations } = await runSeed(seed, { LIDO_TEST_GUARD_OFF: "lost-connection" });
        found.push(...violations.filter((one) => TWICE.test(one)));
      }
      expect(found).not.toEqual([]);
    },
  );
});
