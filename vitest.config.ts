import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // What a user's program imports, as in the examples: the package's door.
  resolve: { alias: [{ find: /^lido$/, replacement: join(import.meta.dirname, "provider/index.ts") }] },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Most of them wait for processes: on two cores vitest itself would run one file at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
