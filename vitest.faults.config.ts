import { defineConfig } from "vitest/config";

/** The long table of faults, which `npm test` does not run: `npm run test:faults`. */
export default defineConfig({
  test: {
    include: ["test/faults/**/*.faults.ts"],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // Each is a pool of its own with processes of its own: as many as a small machine has cores.
    maxConcurrency: 2,
  },
});
