import { expect, test } from "vitest";
import type { WatchResult } from "../../../runner/api.ts";
import type { Cli } from "../../../runner/cli/cli.ts";
import { run } from "../../../runner/cli/main.ts";
import { ControllerDiedError, ControllerStartError } from "../../../runner/client/index.ts";
import { counts, launched } from "./rows.ts";
import { stage } from "./stage.ts";

const answering = (result: WatchResult) => stage({ script: { watch: () => result } });

test.each([
  [{ counts: counts({ SUCCEEDED: 2 }), missing: [] }, 0, "2 jobs: 2 succeeded.\n", ""],
  [{ counts: counts({ SUCCEEDED: 1, FAILED_SETUP: 1 }), missing: [] }, 100, "2 jobs: 1 succeeded, 1 failed.\n", ""],
  [{ counts: counts({ SUCCEEDED: 1, CANCELLED: 1 }), missing: [] }, 103, "2 jobs: 1 succeeded, 1 cancelled.\n", ""],
  [{ counts: counts({ FAILED: 1, CANCELLED: 1 }), missing: [] }, 100, "2 jobs: 1 failed, 1 cancelled.\n", ""],
  [
    { counts: counts({ SUCCEEDED: 1 }), missing: [{ first: 17, last: 17 }] },
    102,
    "1 job: 1 succeeded.\n",
    "There is no job 17.\n",
  ],
  [
    { counts: counts({}), missing: [{ first: 3, last: 12 }] },
    102,
    "",
    "Error: There are no jobs 3-12.\n`lido jobs queue` lists the jobs that there are.\n",
  ],
])("%j ends with %d", async (result, code, stdout, stderr) => {
  await using t = await answering(result);
  expect(await t.lido("jobs", "wait", "3-12,17")).toBe(code);
  expect([t.stdout(), t.stderr()]).toEqual([stdout, stderr]);
  expect(t.controller.calls).toEqual([
    {
      method: "watch",
      params: {
        ids: [
          { first: 3, last: 12 },
          { first: 17, last: 17 },
        ],
      },
    },
  ]);
});

test("--timeout: 101 when jobs are not over by then, and they go on", async () => {
  await using t = await stage({
    script: {
      watch: async (_params, { item, aborted }) => {
        item(counts({ SUCCEEDED: 1, RUNNING: 1 }));
        await aborted;
        return { counts: counts({}), missing: [] };
      },
    },
  });
  expect(await t.lido("jobs", "wait", "3-4", "--timeout", "0.2s")).toBe(101);
  expect(t.stdout()).toBe("2 jobs: 1 succeeded, 1 running.\n");
  expect(t.stderr()).toBe(
    "1 of 2 jobs over: 1 succeeded, 1 running\nThe time is up; the jobs were left as they are.\n",
  );
});

test("--timeout 0: what is over already is told as it is", async () => {
  await using t = await stage({
    script: {
      watch: (_params, { item }) => {
        item(counts({ FAILED: 1 }));
        return { counts: counts({ FAILED: 1 }), missing: [{ first: 4, last: 4 }] };
      },
    },
  });
  expect(await t.lido("jobs", "wait", "3-4", "--timeout", "0")).toBe(102);
  expect(t.stdout()).toBe("1 job: 1 failed.\n");
  expect(t.stderr()).toBe("1 of 1 job over: 1 failed\nThere is no job 4.\n");
});

test("--timeout 0: what goes on is heard first", async () => {
  await using t = await stage({
    script: {
      watch: async (_params, { item, aborted }) => {
        item(counts({ RUNNING: 1 }));
        await aborted;
        return { counts: counts({}), missing: [] };
      },
    },
  });
  expect(await t.lido("jobs", "wait", "3", "--timeout", "0")).toBe(101);
  expect(t.stdout()).toBe("1 job: 1 running.\n");
});

test("--timeout: ids that are not there are told then too", async () => {
  await using t = await stage({
    script: {
      watch: async (_params, { item, aborted }) => {
        item(counts({ RUNNING: 1 }));
        await aborted;
        return { counts: counts({}), missing: [] };
      },
      submissions: () => ({ rows: [launched({ first: 3, last: 3 })] }),
    },
  });
  expect(await t.lido("jobs", "wait", "3-5", "--timeout", "0")).toBe(102);
  expect(t.stderr()).toMatch(/^The time is up; the jobs were left as they are\.\nThere are no jobs 4-5\.\n/m);
});

test("Ctrl-C detaches", async () => {
  const { promise: waiting, resolve } = Promise.withResolvers<void>();
  await using t = await stage({
    script: {
      watch: async (_params, { aborted }) => {
        resolve();
        await aborted;
        return { counts: counts({}), missing: [] };
      },
    },
  });
  const code = t.lido("jobs", "wait", "3-12");
  await waiting;
  t.interrupt();
  expect(await code).toBe(130);
  expect(t.stderr()).toBe("\nDetached: the jobs go on. Come back with:\n  lido jobs wait 3-12\n");
});

const died = new ControllerDiedError("The controller was killed by SIGKILL while it started.", { exitCode: 1 });
const full = new ControllerStartError("The controller cannot start: the disk is full.", { exitCode: 8 });

test.each([
  [[died, died], 0, 4],
  [[died, died, died], 1, 4],
  [[full], 8, 2],
] as const)("a controller that went away, and others that %j while they start", async (starts, code, connections) => {
  let watches = 0;
  await using t = await stage({
    script: {
      watch: (_params, { hangUp }) => {
        if (++watches === 1) hangUp();
        return { counts: counts({ SUCCEEDED: 2 }), missing: [] };
      },
    },
  });
  let tries = 0;
  const connect: Cli["connect"] = async () => {
    const fault = tries === 0 ? undefined : starts[tries - 1];
    tries += 1;
    if (fault !== undefined) throw fault;
    return await t.cli.connect();
  };
  const exitCode = await run(["jobs", "wait", "3-4"], { cli: { ...t.cli, connect }, version: "1.2.3" });
  expect([exitCode, tries]).toEqual([code, connections]);
  const gone = "The controller went away; the jobs go on. Connecting again.\n";
  expect(t.stderr()).toBe(code === 0 ? gone : `${gone}Error: ${starts[0].message}\n`);
});
