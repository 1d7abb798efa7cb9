import { defineConfig } from "vitest/config";

/** The fault lab with all its seeds, which `npm test` does not run: `npm run test:lab`. */
export default defineConfig({
  test: {
    include: ["test/faults/jobs/*.lab.ts"],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // Mostly they wait, each for its own faults.
    maxConcurrency: 8,
    fileParallelism: false,
  },
});
