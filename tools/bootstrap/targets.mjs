// What can be run, and what each target needs to be there first. Data only.

export const TARGETS = {
  demo: {
    needs: ["dist", "engine"],
    run: ["tools/demo/main.ts"],
    says: "the main job from `pulumi up` to `pulumi destroy`",
  },
  test: {
    needs: ["dist", "engine"],
    run: ["node_modules/vitest/vitest.mjs", "run"],
    says: "all tests, or those of the given paths",
  },
  faults: {
    needs: ["dist", "engine"],
    run: ["node_modules/vitest/vitest.mjs", "run", "--config", "vitest.faults.config.ts"],
    says: "every fault of the table, about ten minutes",
  },
  lab: {
    needs: [],
    run: ["node_modules/vitest/vitest.mjs", "run", "--config", "vitest.lab.config.ts"],
    says: "200 seeds of the fault lab, up to a quarter of an hour",
  },
  soak: {
    needs: [],
    run: ["node_modules/vitest/vitest.mjs", "run", "--config", "vitest.soak.config.ts"],
    says: "20,000 jobs on one worker, large and fast logs: two minutes and more",
  },
  bench: { needs: ["dist", "engine"], run: ["bench/main.ts"], says: "the measurements" },
  lint: {
    needs: [],
    run: ["tools/lint.mjs"],
    says: "linters, formatter, compiler, unused code; or those that are named",
  },
};

export const USAGE = [
  "usage: node tools/bootstrap.mjs TARGET [ARGUMENTS]",
  ...Object.entries(TARGETS).map(([name, { says }]) => `  ${name.padEnd(6)} ${says}`),
].join("\n");
