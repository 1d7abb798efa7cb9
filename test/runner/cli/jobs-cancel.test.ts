import { expect, test } from "vitest";
import type { CancelResult, SubmissionsParams } from "../../../runner/api.ts";
import { roster } from "../pools/roster.ts";
import { launched, row } from "./rows.ts";
import { type StageOptions, stage } from "./stage.ts";

const range = (first: number, last = first) => ({ first, last });
const answering = (result: Partial<CancelResult>, { script, ...more }: StageOptions = {}) =>
  stage({
    ...more,
    script: {
      cancel: () => ({ cancelled: [], alreadyOver: [], missing: [], ...result }),
      queue: () => ({ rows: [] }),
      ...script,
    },
  });

const running = launched(range(3, 5), { byStatus: { RUNNING: 3 } });
const submissions = () => ({ rows: [running] });

test("by ids: what was cancelled, what was over, what is not there", async () => {
  await using t = await answering({ cancelled: [range(3, 5)], alreadyOver: [range(6)], missing: [range(17)] });
  expect(await t.lido("jobs", "cancel", "3-6,17")).toBe(102);
  expect([t.stdout(), t.stderr()]).toEqual(["Jobs cancelled: 3-5\n", "Already over: 6\nThere is no job 17.\n"]);
  expect(t.controller.calls[0]).toEqual({ method: "cancel", params: { ids: [range(3, 6), range(17)] } });
});

test.each([
  [["-n", "a", "-n", "b"], "-n, --name <name>"],
  [["--name=a", "-nb"], "-n, --name <name>"],
  [["-n", "a", "--pool", "p", "-p", "p"], "-p, --pool <name>"],
])("an option that takes one value and has two, %j: nothing is done", async (flags, option) => {
  await using t = await answering({});
  expect(await t.lido("jobs", "cancel", "-y", ...flags)).toBe(2);
  expect(t.stderr()).toBe(`Error: Option '${option}' can be given only once.\nSee \`lido jobs cancel --help\`.\n`);
  expect(t.controller.calls).toEqual([]);
});

test("a job on a worker that does not answer: what is known, and what to do", async () => {
  const worker = { pool: "o/p/s/gpu-pool", id: 1, name: "gpu-pool-1", trouble: "", cordon: "" };
  const script = {
    queue: () => ({ rows: [5, 4, 3].map((id) => row(id, { status: "CANCELLING", worker: id - 2 })) }),
    workers: () => [
      { ...worker, connected: false, trouble: "Cannot reach it" },
      { ...worker, id: 2, connected: true },
      // A controller that has just begun does not know yet.
      { ...worker, id: 3, connected: false },
    ],
  };
  await using t = await answering({ cancelled: [range(3, 5)] }, { script });
  expect(await t.lido("jobs", "cancel", "3-5")).toBe(0);
  expect(t.stdout()).toBe("Jobs cancelled: 4-5\nCancel requested: 3\n");
  expect(t.stderr()).toBe(
    "The workers of these do not answer: a job there is ended when its worker answers again.\n  lido doctor -p gpu-pool  says what to do\n",
  );
});

test("by ids that are not there at all: not found", async () => {
  await using t = await answering({ missing: [range(17)] });
  expect(await t.lido("jobs", "cancel", "17")).toBe(102);
  expect(t.stderr()).toBe("Error: There is no job 17.\n`lido jobs queue` lists the jobs that there are.\n");
});

test("by ids that are all over: nothing to do", async () => {
  await using t = await answering({ alreadyOver: [range(3)] });
  expect(await t.lido("jobs", "cancel", "3")).toBe(0);
  expect([t.stdout(), t.stderr()]).toEqual(["", "Nothing to cancel.\nAlready over: 3\n"]);
});

test.each([
  [["-n", "train"], { name: "train" }, "No running job found with the name 'train'."],
  [["-p", "gpu-pool"], { pool: "gpu-pool" }, "No running job found in pool 'gpu-pool'."],
  [["-a"], { all: true }, "No running job found."],
] as const)("by %j", async (flags, params, nothing) => {
  await using t = await answering({ cancelled: [range(3)] });
  expect(await t.lido("jobs", "cancel", ...flags, "-y")).toBe(0);
  expect(t.stdout()).toBe("Jobs cancelled: 3\n");
  expect(t.controller.calls[0]).toEqual({ method: "cancel", params });
  await using idle = await answering({}, { script: { submissions }, pools: [roster()] });
  expect(await idle.lido("jobs", "cancel", ...flags, "-y")).toBe(0);
  expect([idle.stdout(), idle.stderr()]).toEqual(["", `${nothing}\n`]);
});

test("many at once are not cancelled unasked where nobody can be asked", async () => {
  await using t = await stage();
  expect(await t.lido("jobs", "cancel", "-a")).toBe(2);
  expect(t.stderr()).toBe(
    "Error: Cancelling all jobs of all pools. Nobody can be asked here, so nothing was done.\nAdd -y to go on without being asked.\n",
  );
  expect(t.controller.connections()).toBe(0);
});

test.each([
  ["-p", "no-such-pool", 3, "There is no pool 'no-such-pool' in "],
  ["-n", "no-such-name", 102, "There is no job of the name 'no-such-name'.\n"],
] as const)("%s %s, which nobody ever heard of: %d", async (flag, name, code, words) => {
  await using t = await answering({}, { script: { submissions: () => ({ rows: [] }) }, pools: [roster()] });
  expect(await t.lido("jobs", "cancel", flag, name, "-y")).toBe(code);
  expect(t.stderr()).toContain(`Error: ${words}`);
});

test("in a terminal it asks", async () => {
  const script = { submissions };
  await using t = await answering({ cancelled: [range(3)] }, { kind: "tty", answer: "y\n", script });
  expect(await t.lido("jobs", "cancel", "-n", "train")).toBe(0);
  expect(t.stderr()).toBe("Cancelling all jobs named 'train'. Proceed? [Y/n]: ");
  expect(t.controller.calls).toEqual([
    { method: "submissions", params: { name: "train", unfinished: true, limit: 1 } },
    { method: "cancel", params: { name: "train" } },
    { method: "queue", params: { ids: [range(3)], statuses: ["CANCELLING"], limit: 1_000 } },
  ]);
  await using no = await answering({}, { kind: "tty", answer: "n\n", script: { queue: () => ({ rows: [row(3)] }) } });
  expect(await no.lido("jobs", "cancel", "3")).toBe(1);
  expect(no.controller.calls.map(({ method }) => method)).toEqual(["queue"]);
});

test("in a terminal nothing is asked where nothing goes on", async () => {
  const script = {
    queue: () => ({ rows: [] }),
    submissions: ({ unfinished }: SubmissionsParams) => ({ rows: unfinished === true ? [] : [running] }),
  };
  await using t = await answering({ alreadyOver: [range(3)] }, { kind: "tty", script });
  expect(await t.lido("jobs", "cancel", "3")).toBe(0);
  expect(t.stderr()).toBe("Nothing to cancel.\nAlready over: 3\n");
  await using named = await answering({}, { kind: "tty", script });
  expect(await named.lido("jobs", "cancel", "-n", "train")).toBe(0);
  expect(named.stderr()).toBe("No running job found with the name 'train'.\n");
});

test.each([
  [[], "It was not said which jobs to cancel."],
  [["3", "-a"], "More than one way to name jobs was given."],
  [["-n", "x", "-p", "y"], "More than one way to name jobs was given."],
] as const)("exactly one way to name jobs: %j", async (words, what) => {
  await using t = await stage();
  expect(await t.lido("jobs", "cancel", ...words)).toBe(2);
  expect(t.stderr()).toBe(`Error: ${what}\nGive one of: ids like 3-12, -n NAME, -p POOL, or -a for all jobs.\n`);
});
