import { defineConfig } from "vitest/config";

/** What takes long and holds a machine's cores: `npm run test:soak`, not part of npm test. */
export default defineConfig({
  test: {
    include: ["test/soak/**/*.soak.ts"],
    testTimeout: 900_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
