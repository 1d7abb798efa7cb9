import { expect, test } from "vitest";
import type { JobRow, QueueParams, QueueResult } from "../../../runner/api.ts";
import { overallStatus } from "../../../runner/cli/outcome.ts";
import { clockTime } from "../../../runner/cli/time.ts";
import { launched, row } from "./rows.ts";
import { NOW, stage } from "./stage.ts";

const ROWS: readonly JobRow[] = [
  row(12, { status: "PENDING", reason: "the pool has no free worker" }),
  row(11, { status: "RUNNING", worker: 2, startedAt: NOW - 65_000 }),
  row(10, {
    status: "FAILED",
    worker: 1,
    startedAt: NOW - 90_000,
    endedAt: NOW - 88_000,
    exitCode: 7,
    reason: "exit code 7",
  }),
  row(3, { status: "SUCCEEDED", worker: 1, startedAt: NOW - 190_000, endedAt: NOW - 100_000, name: "" }),
];

/** Answers pages as the controller does. */
function paged(rows: readonly JobRow[]): (params: QueueParams) => QueueResult {
  return ({ limit, before = Number.POSITIVE_INFINITY }) => {
    const below = rows.filter(({ id }) => id < before);
    const page = below.slice(0, limit);
    const last = page.at(-1);
    return { rows: page, ...(below.length > limit && last ? { next: last.id } : {}) };
  };
}

/** Two launches, newest first: one of ten ranks, and one of one. */
const FOLDED = [
  launched(
    { first: 3, last: 12 },
    {
      name: "batch-workload",
      submittedAt: NOW - 200_000,
      startedAt: NOW - 190_000,
      byStatus: { SUCCEEDED: 5, RUNNING: 1, PENDING: 4 },
      workers: [2],
    },
  ),
  launched(
    { first: 2, last: 2 },
    {
      submittedAt: NOW - 400_000,
      startedAt: NOW - 390_000,
      endedAt: NOW - 100_000,
      byStatus: { FAILED: 1 },
      job: row(2, {
        status: "FAILED",
        worker: 1,
        startedAt: NOW - 390_000,
        endedAt: NOW - 388_000,
        reason: "exit code 7",
      }),
    },
  ),
];

test("ranks of one launch are one line; nothing is cut in a pipe", async () => {
  await using t = await stage({ script: { submissions: () => ({ rows: FOLDED }) } });
  expect(await t.lido("jobs", "queue")).toBe(0);
  expect(t.stdout()).toBe(
    [
      "ID    NAME            POOL                 STATUS   SUBMITTED  DURATION  REASON",
      "3-12  batch-workload  gpu-pool (worker=2)  RUNNING  3m ago     3m 10s    10 jobs: 5 succeeded, 1 running, 4 pending",
      "2     train           gpu-pool (worker=1)  FAILED   6m ago     2.0s      exit code 7",
      "",
    ].join("\n"),
  );
  expect(t.stderr()).toBe("");
});

test("why none of many jobs runs", async () => {
  const rows = FOLDED.slice(0, 1).map((one) => ({
    ...one,
    byStatus: { PENDING: 10 },
    reason: "pool has no worker yet",
  }));
  await using t = await stage({ script: { submissions: () => ({ rows }) } });
  await t.lido("jobs", "queue");
  expect(t.stdout()).toContain("PENDING  3m ago     3m 10s    10 jobs: 10 pending; pool has no worker yet\n");
});

test.each([
  [{ SUCCEEDED: 10 }, "SUCCEEDED"],
  [{ SUCCEEDED: 9, FAILED: 1 }, "FAILED"],
  [{ SUCCEEDED: 9, CANCELLED: 1 }, "CANCELLED"],
  [{ FAILED: 9, PENDING: 1 }, "PENDING"],
  [{ RECOVERING: 1, PENDING: 1 }, "RECOVERING"],
] as const)("many jobs of %j are %s", (byStatus, status) => {
  expect(overallStatus(byStatus)).toBe(status);
});

test.each([["--ranks"], ["-s", "pending,running,failed,succeeded"]])("%s: a line for each rank", async (...flags) => {
  await using t = await stage({ script: { queue: paged(ROWS) } });
  expect(await t.lido("jobs", "queue", ...flags)).toBe(0);
  expect(t.stdout()).toBe(
    [
      "ID  NAME   POOL                 RANK  STATUS     SUBMITTED  DURATION  REASON",
      "12  train  gpu-pool             9     PENDING    3m ago     -         the pool has no free worker",
      "11  train  gpu-pool (worker=2)  8     RUNNING    3m ago     1m 05s",
      "10  train  gpu-pool (worker=1)  7     FAILED     3m ago     2.0s      exit code 7",
      "3   -      gpu-pool (worker=1)  0     SUCCEEDED  3m ago     1m 30s",
      "",
    ].join("\n"),
  );
});

test("-v and -o wide: all that is known of each rank", async () => {
  await using t = await stage({ script: { queue: paged(ROWS.slice(2, 3)) } });
  await t.lido("jobs", "queue", "-v");
  expect(t.stdout().split("\n")).toEqual([
    "ID  NAME   POOL                 RANK  STATUS  ATTEMPT  EXIT  SUBMITTED  STARTED              ENDED                DURATION  REASON",
    `10  train  gpu-pool (worker=1)  7     FAILED  1        7     3m ago     ${clockTime(NOW - 90_000)}  ${clockTime(NOW - 88_000)}  2.0s      exit code 7`,
    "",
  ]);
});

test("in a terminal lines fit into 80 columns, with colours, and no reason is cut", async () => {
  await using t = await stage({ kind: "tty", color: true, script: { queue: paged(ROWS.slice(0, 2)) } });
  expect(await t.lido("jobs", "queue", "-r")).toBe(0);
  const bold = (text: string): string => `\u001B[1m${text}\u001B[22m`;
  expect(t.stdout().split("\n")).toEqual([
    ["ID", "NAME ", "POOL               ", "RANK", "STATUS ", "SUBMITTED", "DURATION"]
      .map((header) => bold(header.trim()) + " ".repeat(header.length - header.trim().length))
      .join("  "),
    "12  train  gpu-pool             9     \u001B[2mPENDING\u001B[22m  3m ago     -",
    "    the pool has no free worker",
    "11  train  gpu-pool (worker=2)  8     \u001B[36mRUNNING\u001B[39m  3m ago     1m 05s",
    "",
  ]);
});

test("NO_COLOR and --no-color take the colours away", async () => {
  const script = { submissions: () => ({ rows: FOLDED }) };
  await using t = await stage({ kind: "tty", color: true, env: { NO_COLOR: "1" }, script });
  await t.lido("jobs", "queue", "--no-color");
  expect(t.stdout()).not.toContain("\u001B[");
});

test.each(["tty", "pipe"] as const)("%s: a name from an old database cannot act, in no format", async (kind) => {
  const name = "\u001B[2Jtrain\u009B6n\u202E\n";
  for (const words of [[], ["-v"], ["-o", "json"], ["-o", "jsonl"]]) {
    const script = {
      queue: () => ({ rows: [row(3, { name })] }),
      submissions: () => ({ rows: FOLDED.map((one) => ({ ...one, name })) }),
    };
    await using t = await stage({ kind, script });
    expect(await t.lido("jobs", "queue", ...words)).toBe(0);
    expect(t.stdout()).toContain("[2Jtra");
    expect(t.stdout()).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
    const text = words.includes("json") ? t.stdout() : JSON.stringify([{ name }]);
    expect(JSON.parse(text)).toMatchObject([{ name }]);
  }
});

test("no jobs: nothing on stdout", async () => {
  await using t = await stage({ script: { submissions: () => ({ rows: [] }) } });
  expect(await t.lido("jobs", "queue")).toBe(0);
  expect([t.stdout(), t.stderr()]).toEqual(["", "No jobs.\n"]);
});

test("-o id, json and jsonl", async () => {
  await using t = await stage({ script: { queue: paged(ROWS) } });
  await t.lido("jobs", "queue", "-o", "id");
  expect(t.stdout()).toBe("3,10-12\n");
  await using j = await stage({ script: { queue: paged(ROWS) } });
  await j.lido("jobs", "queue", "-o", "json");
  expect(JSON.parse(j.stdout())).toEqual(ROWS);
  await using l = await stage({ script: { queue: paged(ROWS) } });
  await l.lido("jobs", "queue", "-o", "jsonl");
  expect(
    l
      .stdout()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual(ROWS);
  await using none = await stage({ script: { queue: paged([]) } });
  await none.lido("jobs", "queue", "-o", "json");
  await none.lido("jobs", "queue", "-o", "id");
  expect(none.stdout()).toBe("[]\n");
});

test("filters travel to the controller", async () => {
  await using t = await stage({ script: { queue: paged([]) } });
  await t.lido("jobs", "queue", "-p", "gpu-pool", "-n", "train", "-s", "running,failed", "-l", "5");
  expect(t.controller.calls).toEqual([
    { method: "queue", params: { limit: 5, pool: "gpu-pool", name: "train", statuses: ["RUNNING", "FAILED"] } },
  ]);
});

test("-s several times is all of these statuses", async () => {
  await using t = await stage({ script: { queue: () => ({ rows: [] }) } });
  await t.lido("jobs", "queue", "-s", "running", "-s", "failed,pending");
  expect(t.controller.calls).toEqual([
    { method: "queue", params: { limit: 50, statuses: ["RUNNING", "FAILED", "PENDING"] } },
  ]);
});

test("what is asked of a folded queue; --skip-finished with statuses is both", async () => {
  await using t = await stage({ script: { submissions: () => ({ rows: [] }), queue: paged([]) } });
  await t.lido("jobs", "queue", "--since", "1h", "--skip-finished", "-n", "train");
  await t.lido("jobs", "queue", "--skip-finished", "-s", "running,failed");
  await t.lido("jobs", "queue", "--skip-finished", "-o", "json");
  const UNFINISHED = ["PENDING", "STARTING", "RUNNING", "RECOVERING", "CANCELLING"];
  expect(t.controller.calls).toEqual([
    { method: "submissions", params: { limit: 50, name: "train", since: NOW - 3_600_000, unfinished: true } },
    { method: "queue", params: { limit: 50, statuses: ["RUNNING"] } },
    { method: "queue", params: { limit: 50, statuses: UNFINISHED } },
  ]);
});

test("--watch shows it again when it changed, until Ctrl-C", async () => {
  let asked = 0;
  await using t = await stage({
    kind: "tty",
    script: {
      submissions: () => {
        asked += 1;
        if (asked === 3) t.interrupt();
        return { rows: FOLDED.slice(asked > 1 ? 1 : 0) };
      },
    },
  });
  expect(await t.lido("jobs", "queue", "-w")).toBe(0);
  const screens = t.stdout().split("\u001B[H\u001B[J").slice(1);
  expect(screens).toHaveLength(2);
  expect(screens[0]).toContain("    10 jobs: 5 succeeded, 1 running, 4 pending\n");
  expect(screens[1]).not.toContain("3-12");
});

test("-l shows some and says so; -a pages through all", async () => {
  const many = Array.from({ length: 2500 }, (_, index) => row(2500 - index));
  await using some = await stage({ script: { queue: paged(many) } });
  await some.lido("jobs", "queue", "-l", "2", "-o", "id");
  expect([some.stdout(), some.stderr()]).toEqual([
    "2499-2500\n",
    "These are the newest 2: -l N shows more, -a shows all.\n",
  ]);
  await using all = await stage({ script: { queue: paged(many) } });
  await all.lido("jobs", "queue", "-a", "-o", "id");
  expect([all.stdout(), all.stderr()]).toEqual(["1-2500\n", ""]);
  expect(all.controller.calls).toHaveLength(3);
});
