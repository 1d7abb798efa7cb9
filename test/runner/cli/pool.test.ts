import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRuns, writeRun } from "../../../runner/cli/pool-runs.ts";
import { appliedProject, keepRoster, pointedPools, type Roster, writePointer } from "../../../worker/index.ts";
import { roster } from "../pools/roster.ts";
import { row } from "./rows.ts";
import { NOW, stage } from "./stage.ts";

const [worker] = roster().workers;
const big = roster({
  pool: "big-pool",
  identity: "organization/shop/dev/big-pool",
  size: { target: 2, min: 2, max: 2 },
  workers: [
    { ...worker!, id: 1, name: "big-pool-1", readyAt: NOW - 90_000 },
    { ...worker!, id: 2, name: "big-pool-2", state: "FAILED", readyAt: 0, reason: "setup ended with exit code 3" },
  ],
});

test("down: of a first apply that failed, its record is forgotten", async () => {
  await using t = await stage({ pools: [big] });
  const end = { at: NOW, how: "failed", why: "no host answers" } as const;
  for (const pool of ["x", "big-pool"])
    await writeRun(t.folder, { pool, action: "apply", pid: 1, beganAt: NOW, log: "/x.log", end });
  expect(await t.lido("pool", "down", "x", "-y")).toBe(0);
  expect([t.stdout(), t.stderr()]).toEqual(["There is no pool 'x'; its failed apply is forgotten.\n", ""]);
  expect((await readRuns(t.folder)).map(({ pool }) => pool)).toEqual(["big-pool"]);
  // A pool that there is keeps what is known of it.
  expect(await t.lido("pool", "down", "big-pool", "-y")).toBe(3);
  expect(await readRuns(t.folder)).toHaveLength(1);
});

test("status: pools and their workers", async () => {
  await using t = await stage({ pools: [big] });
  expect(await t.lido("pool", "status")).toBe(0);
  expect(t.stdout()).toBe(
    [
      "POOL      WORKERS  STATUS    GENERATION  INFRA  STACK",
      "big-pool  1/2      DEGRADED  1           local  organization/shop/dev",
      "",
      "Workers of big-pool",
      "ID  NAME        STATE   GENERATION  RESOURCES           READY   REASON",
      "1   big-pool-1  READY   1           2 cpus, 4 GB, L4:1  1m ago",
      "2   big-pool-2  FAILED  1           2 cpus, 4 GB, L4:1  -       setup ended with exit code 3",
      "",
    ].join("\n"),
  );
  expect(t.controller.calls.map(({ method }) => method)).not.toContain("submit");
});

test("status: a worker that its pool made ready and that nobody reaches is UNREACHABLE, and no ready one", async () => {
  const pools = [{ ...big, workers: big.workers.slice(0, 1), size: { target: 1, min: 1, max: 1 } }];
  const seen = { pool: big.identity, id: 1, name: "big-pool-1", connected: false, cordon: "", job: 7 };
  const trouble = "Cannot reach big-pool-1 (me@127.0.0.1:40001): connect ECONNREFUSED 127.0.0.1:40001";
  const script = { workers: () => [{ ...seen, trouble, unreachableSince: NOW - 185_000 }] };
  await using t = await stage({ pools, script });
  expect(await t.lido("pool", "status")).toBe(0);
  expect(t.stdout()).toBe(
    [
      "POOL      WORKERS  STATUS     GENERATION  INFRA  STACK",
      "big-pool  0/1      NOT READY  1           local  organization/shop/dev",
      "",
      "Workers of big-pool",
      "ID  NAME        STATE        GENERATION  RESOURCES           READY   REASON",
      `1   big-pool-1  UNREACHABLE  1           2 cpus, 4 GB, L4:1  1m ago  for 3m 05s: ${trouble}`,
      "",
    ].join("\n"),
  );
  await using list = await stage({ pools, script });
  await list.lido("workers", "list");
  expect(list.stdout()).toMatch(/^big-pool +1 +big-pool-1 +UNREACHABLE +job 7\? +1m ago +for 3m 05s: Cannot reach /m);
  await using show = await stage({ pools, script });
  await show.lido("workers", "show", "big-pool-1");
  expect(show.stdout()).toContain(`state       UNREACHABLE for 3m 05s: ${trouble}\ndoes        job 7?\n`);
  await using j = await stage({ pools, script });
  await j.lido("pool", "status", "-o", "json");
  expect(JSON.parse(j.stdout())).toMatchObject([
    { workers: [{ state: "READY", seen: { unreachableSince: NOW - 185_000 } }] },
  ]);
});

test("what is not known since no controller runs is said; why a worker is given no job for a while too", async () => {
  const pools = [{ ...big, workers: big.workers.slice(0, 1) }];
  const UNSEEN =
    "No controller runs: the states are those of the last change, and what the workers do now is not known. Start one: lido controller start\n";
  for (const words of [
    ["pool", "status"],
    ["workers", "list"],
    ["workers", "show", "big-pool-1"],
  ]) {
    await using t = await stage({ pools });
    await t.controller.close();
    expect(await t.lido(...words)).toBe(0);
    expect(t.stderr()).toContain(UNSEEN);
    await using j = await stage({ pools });
    await j.controller.close();
    expect(await j.lido(...words, "-o", "json")).toBe(0);
    expect(j.stderr()).toBe("");
  }
  const seen = { pool: big.identity, id: 1, name: "big-pool-1", connected: true, trouble: "", cordon: "" };
  await using held = await stage({ pools, script: { workers: () => [{ ...seen, held: "its disk is full" }] } });
  expect(await held.lido("workers", "list")).toBe(0);
  expect(held.stdout()).toMatch(/ READY +idle +1m ago +refused a job a moment ago: its disk is full$/m);
  expect(held.stderr()).toBe("");
});

test("status of a pool whose roll is under way, or failed: from which generation to which", async () => {
  const rolling = {
    ...big,
    generation: 2,
    workers: big.workers.map((one) => (one.id === 2 ? { ...one, generation: 2 } : one)),
  };
  await using t = await stage({ pools: [rolling] });
  expect(await t.lido("pool", "status")).toBe(0);
  expect(t.stdout()).toMatch(/^big-pool {2}1\/2 {6}DEGRADED {2}1 -> 2 {6}local /m);
});

test("status of one, for programs and as ids; also as `jobs pool`", async () => {
  await using t = await stage({ pools: [roster(), big] });
  await t.lido("jobs", "pool", "status", "-o", "id");
  expect(t.stdout()).toBe("big-pool\ngpu-pool\n");
  await using j = await stage({ pools: [roster(), big] });
  await j.lido("pool", "status", "big-pool", "-o", "json");
  expect(JSON.parse(j.stdout())).toEqual([{ stack: "organization/shop/dev", ...big }]);
});

test("status without pools, and of one that there is not", async () => {
  await using none = await stage();
  expect(await none.lido("pool", "status")).toBe(0);
  expect([none.stdout(), none.stderr()]).toEqual(["", "No pools.\n"]);
  await using t = await stage({ pools: [big] });
  expect(await t.lido("pool", "status", "gpu")).toBe(3);
  expect(t.stderr()).toBe(
    `Error: There is no pool 'gpu' in the Pulumi project in ${t.folder} or the pools used before.\nPools that there are: big-pool.\n`,
  );
});

test("status forgets a pool that was destroyed, and one that cannot be read does not hide the others", async () => {
  await using t = await stage({ pools: [big] });
  const env = { PULUMI_BACKEND_URL: `file://${join(t.folder, "state")}` };
  const lost = { PULUMI_BACKEND_URL: `file://${join(t.folder, "no-such-state")}` };
  await writePointer(t.folder, { pool: "old", stack: "organization/shop/dev", projectDir: t.folder, env });
  await writePointer(t.folder, { pool: "lost", stack: "organization/shop/dev", projectDir: t.folder, env: lost });
  expect(await t.lido("pool", "status", "-o", "id")).toBe(0);
  expect(t.stdout()).toBe("big-pool\n");
  expect(t.stderr()).toMatch(/^Not shown: 'lost'\. .*\n$/);
  expect(await pointedPools(t.folder)).toEqual(["lost"]);
});

test("status: a roster that this computer keeps counts where it is newer, and before there is a state", async () => {
  await using t = await stage({ pools: [big] });
  await keepRoster(t.folder, { ...big, epoch: big.epoch + 1, generation: 2 });
  const fresh = { pool: "new", identity: "organization/shop/dev/new", epoch: 9, workers: [] };
  await keepRoster(t.folder, roster(fresh));
  expect(await t.lido("pool", "status", "-o", "jsonl")).toBe(0);
  const rows = t.stdout().trim().split("\n");
  expect(rows.map((line) => JSON.parse(line) as Roster)).toMatchObject([
    { pool: "big-pool", generation: 2 },
    { pool: "new", generation: 1 },
  ]);
  expect(t.stderr()).toBe(
    "new: not in the state of organization/shop/dev yet: its first `pulumi up` runs, or was cut off. Give it again to finish it.\n",
  );
});

test("status: of a large pool those that are not ready, more with -a, addresses with -v", async () => {
  const workers = Array.from({ length: 50 }, (_, index) => ({
    ...worker!,
    id: index + 1,
    name: `big-pool-${index + 1}`,
    state: index === 40 ? ("DRAINING" as const) : ("READY" as const),
  }));
  const pools = [{ ...big, workers, size: { target: 50, min: 50, max: 50 } }];
  await using t = await stage({ pools });
  await t.lido("pool", "status", "big-pool");
  const ids = t.stdout().match(/^\d+(?= )/gm);
  expect([ids?.length, ids?.[0], ids?.[1]]).toEqual([20, "41", "1"]);
  expect(t.stderr()).toBe("30 more of big-pool, all READY: -a shows them.\n");
  await using all = await stage({ pools });
  await all.lido("pool", "status", "big-pool", "-a", "-v");
  expect(all.stdout().match(/^\d+(?= )/gm)).toHaveLength(50);
  expect(all.stdout()).toContain("2 cpus, 4 GB, L4:1, 10 GB disk");
  expect(all.stdout()).toContain("127.0.0.1:40001");
  expect(all.stderr()).toBe("");
});

test.each([
  [["nope"], 3, /^Error: There is no pool 'nope' in .*\nPools that there are: big-pool\.\n$/],
  [
    ["big-pool", "7"],
    3,
    /^Error: Pool 'big-pool' has no worker '7'\. It has: 1, 2\.\n`lido pool status big-pool` lists/,
  ],
  [["big-pool"], 4, /^Error: The pool's private key \/home\/ann\/\.lido\/keys\/gpu-pool cannot be read \(ENOENT\)\.\n/],
] as const)("logs of %j is refused", async (words, code, message) => {
  await using t = await stage({ pools: [big] });
  expect(await t.lido("pool", "logs", ...words)).toBe(code);
  expect(t.stderr()).toMatch(message);
});

test("apply asks nobody where there is nobody", async () => {
  await using t = await stage();
  writeFileSync(join(t.folder, "pool.yaml"), "pool: {workers: 1}\n");
  expect(await t.lido("pool", "apply", "pool.yaml", "-p", "x")).toBe(2);
  expect(t.stderr()).toBe(
    "Error: Applying config to pool 'x'. Nobody can be asked here, so nothing was done.\nAdd -y to go on without being asked.\n",
  );
});

test.each([
  [["pool.yaml", "--workers", "3"], 2, "Cannot specify both --workers and POOL_YAML. Please use one of them."],
  [["--workers", "3"], 2, "A pool name must be provided to update the number of workers."],
  [["--workers", "-1", "-p", "x"], 2, "--workers is '-1', and it must be a whole number of at least 0."],
] as const)("apply %j is refused", async (words, code, message) => {
  await using t = await stage();
  expect(await t.lido("pool", "apply", "-y", ...words)).toBe(code);
  expect(t.stderr()).toBe(`Error: ${message}\n`);
});

test.each([
  ["aws", /^Error: infra: aws is not served yet;/],
  ["ssh/nope", /^Error: infra: ssh\/nope: there is no inventory `nope`\. /],
] as const)("apply to machines that cannot be (%s) shows no plan", async (infra, message) => {
  await using t = await stage();
  writeFileSync(join(t.folder, "pool.yaml"), "pool: {workers: 1}\n");
  expect(await t.lido("pool", "apply", "pool.yaml", "-p", "x", "--infra", infra, "-y")).toBe(2);
  expect(t.stderr()).toMatch(message);
  expect(t.stderr()).not.toContain("Considered");
});

test("down of a pool of the user's own program is left to that program", async () => {
  await using t = await stage();
  await writePointer(t.folder, { pool: "x", stack: "organization/shop/dev", projectDir: "/srv/shop", env: {} });
  expect(await t.lido("pool", "down", "x", "-y")).toBe(8);
  expect(t.stderr()).toBe(
    "Error: Pool 'x' belongs to your own Pulumi project 'shop' in /srv/shop.\nTake it out there and run `pulumi up`, or run `pulumi destroy`.\n",
  );
  await using all = await stage();
  await writePointer(all.folder, { pool: "x", stack: "organization/shop/dev", projectDir: "/srv/shop", env: {} });
  expect(await all.lido("pool", "down", "-a", "-y")).toBe(0);
  expect(all.stderr()).toBe("No pools.\n");
});

test("down of a pool that there is not asks nothing", async () => {
  await using t = await stage({ kind: "tty", answer: "y\n" });
  await writePointer(t.folder, {
    pool: "gpu-pool",
    stack: "organization/lido-pools/gpu-pool",
    projectDir: appliedProject(t.folder),
    env: {},
  });
  expect(await t.lido("pool", "down", "gpu-pol")).toBe(3);
  expect(t.stderr()).toBe(
    "Error: There is no pool 'gpu-pol'.\nDid you mean 'gpu-pool'? Pools that there are: gpu-pool.\n",
  );
});

test("down names the unfinished jobs before it asks", async () => {
  await using t = await stage({
    kind: "tty",
    answer: "n\n",
    script: { queue: ({ pool }) => ({ rows: pool === "x" ? [row(7), row(6), row(3)] : [] }) },
  });
  await writePointer(t.folder, {
    pool: "x",
    stack: "organization/lido-pools/x",
    projectDir: appliedProject(t.folder),
    env: {},
  });
  expect(await t.lido("pool", "down", "x")).toBe(1);
  expect(t.stderr()).toBe("Tearing down 'x'; cancels its 3 jobs: 3,6-7. Proceed? [Y/n]: Error: Nothing was done.\n");
});

test("down says which, one way or the other", async () => {
  for (const words of [[], ["x", "-a"]]) {
    await using t = await stage();
    expect(await t.lido("pool", "down", "-y", ...words)).toBe(2);
    expect(t.stderr()).toBe(
      "Error: Name the pools to tear down, or give -a for all of them, not both.\n`lido pool status` lists them.\n",
    );
  }
});
