/** show, why, wait and retry, each against a real controller and a real worker. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ShowResult } from "../../../runner/api.ts";
import { eventually } from "../../support/eventually.ts";
import { type RealStage, realStage } from "./real-stage.ts";
import { stage } from "./stage.ts";

let t: RealStage;
beforeAll(async () => {
  t = await realStage(1);
});
afterAll(() => t?.[Symbol.asyncDispose]());

/** Fails as long as the file is not there. */
const flaky = (file: string): string => `echo attempt; test -e ${t.home}/${file} || exit 7`;

async function show(id: number): Promise<ShowResult> {
  return JSON.parse((await t.lido("jobs", "show", `${id}`, "-o", "json")).stdout) as ShowResult;
}

test("failed ranks run again with the same ids, and the log of the earlier attempt stays", async () => {
  const script = `echo try $SKYPILOT_JOB_RANK; ${flaky("now")}`;
  const first = await t.lido("jobs", "launch", "-p", "gpu-pool", "-n", "flaky", "--num-jobs", "2", "--", script);
  expect(first.code).toBe(100);
  const [, from, to] = /IDs: (\d+)-(\d+)/.exec(first.stdout) ?? [];
  await t.workers[0]?.connect().then(async (worker) => {
    await worker.link.run(`touch ${t.home}/now`);
    await worker.close();
  });
  expect(await t.lido("jobs", "retry", "-n", "flaky")).toEqual({
    code: 0,
    stdout: `Jobs retried: ${from}-${to}\n`,
    stderr: `  lido jobs wait ${from}-${to}  until all are over\n`,
  });
  expect((await t.lido("jobs", "wait", "-n", "flaky")).stdout).toBe("2 jobs: 2 succeeded.\n");
  const { job, attempts } = await show(Number(from));
  expect(job).toMatchObject({ status: "SUCCEEDED", attempt: 2, exitCode: 0 });
  expect(attempts).toMatchObject([
    { attempt: 1, worker: 1, exitCode: 7, reason: "exit code 7" },
    { attempt: 2, worker: 1, exitCode: 0, reason: "" },
  ]);
  const log = await t.lido("jobs", "logs", `${from}`, "--attempt", "1", "--no-follow");
  expect([log.code, log.stdout]).toEqual([0, "try 0\nattempt\n"]);
  expect(await t.lido("jobs", "logs", `${from}`, "--attempt", "1")).toEqual({
    code: 100,
    stdout: "try 0\nattempt\n",
    stderr: `Attempt 1 of job ${from} is over: exit code 7. The job is SUCCEEDED, in attempt 2: lido jobs logs ${from}\n`,
  });
  expect((await t.lido("jobs", "queue", "-n", "flaky")).stdout).toMatch(/ SUCCEEDED .* 2 jobs: 2 succeeded/);
  expect((await t.lido("jobs", "retry", "--failed", "-n", "flaky")).code).toBe(8);
  expect(await t.lido("jobs", "retry", "-n", "flaky")).toMatchObject({
    code: 8,
    stderr: "Error: No failed or cancelled job found with the name 'flaky'.\n",
  });
});

test("an attempt that its job file repeats is shown with why it ended", async () => {
  const { code, stdout } = await t.lido("jobs", "launch", "-p", "gpu-pool", "-d", "--", "exit 3");
  expect(code).toBe(0);
  const id = Number(/ID: (\d+)/.exec(stdout)?.[1]);
  expect((await t.lido("jobs", "wait", `${id}`)).code).toBe(100);
  const shown = await t.lido("jobs", "show", `${id}`);
  expect(shown.stdout).toMatch(/^status {5}FAILED: exit code 3$/m);
  expect(shown.stdout).toMatch(/^1 {8}1 {7}20.* 3 {5}exit code 3$/m);
  expect(shown.stdout).toContain("\nRuns:\n  exit 3\n");
  expect(shown.stderr).toBe(`\nNext: lido jobs logs ${id}, lido jobs retry ${id}\n`);
});

test("why a job waits: each worker, and what would change it", async () => {
  const gate = `${t.home}/gate`;
  const wait = `until test -e ${gate}; do sleep 0.05; done`;
  const { stdout } = await t.lido("jobs", "launch", "-p", "gpu-pool", "--num-jobs", "3", "-d", "--", wait);
  const first = Number(/IDs: (\d+)-/.exec(stdout)?.[1]);
  await eventually(async () => (await show(first)).job.status === "RUNNING", "the first rank runs");
  expect((await t.lido("jobs", "why", `${first + 2}`)).stdout).toBe(
    `Job ${first + 2} PENDING: waiting for a free worker: 1 of 1 busy.
It wants a whole worker. 1 job of its pool is ahead of it.

WORKER  NAME        CAN HAVE IT  BECAUSE
1       gpu-pool-1  no           is busy: job ${first}

What would change it:
  A job ahead of it ends, and its worker is free.
  More workers: workers: 2 in the Pulumi project in ${t.home}, and pulumi up
`,
  );
  expect((await t.lido("jobs", "why", `${first}`)).stdout).toBe(`Job ${first} RUNNING.\n`);
  expect((await t.lido("jobs", "retry", `${first}`)).stderr).toBe(
    `Error: Nothing to retry: ${first} has neither failed nor been cancelled.\n\`lido jobs queue --ranks\` shows how they stand. What succeeded is launched anew: lido jobs launch\n`,
  );
  expect((await t.lido("jobs", "wait", `${first}`, "--timeout", "0.1s")).code).toBe(101);
  expect((await t.lido("jobs", "cancel", "-p", "gpu-pool", "-y")).code).toBe(0);
  expect((await t.lido("jobs", "wait", `${first}-${first + 2}`)).code).toBe(103);
});

test("the reason of a cancel is what its jobs say, running and waiting ones", async () => {
  const { stdout } = await t.lido("jobs", "launch", "-p", "gpu-pool", "--num-jobs", "2", "-d", "--", "sleep 60");
  const first = Number(/IDs: (\d+)-/.exec(stdout)?.[1]);
  await eventually(async () => (await show(first)).job.status === "RUNNING", "the first rank runs");
  expect((await t.lido("jobs", "cancel", `${first}-${first + 1}`, "--reason", "wrong data")).code).toBe(0);
  expect((await t.lido("jobs", "wait", `${first}-${first + 1}`)).code).toBe(103);
  for (const id of [first, first + 1]) {
    expect((await show(id)).job).toMatchObject({ status: "CANCELLED", reason: "wrong data" });
  }
});

test("a job that asks for more than any worker has is refused at once", async () => {
  const { code, stderr } = await t.lido("jobs", "launch", "-p", "gpu-pool", "--cpus", "64", "--", "true");
  expect([code, stderr.split("\n")[0]]).toEqual([
    2,
    "Error: No worker of pool gpu-pool can run this job: it asks for 64 cpus, and the largest worker (gpu-pool-1) has 4 cpus, 16 GB. Ask for less under resources:, or use a pool of larger workers.",
  ]);
  const fitting = await t.lido("jobs", "launch", "-p", "gpu-pool", "--cpus", "2", "--memory", "4", "-d", "--", "true");
  const id = Number(/ID: (\d+)/.exec(fitting.stdout)?.[1]);
  expect((await show(id)).wants).toBe("2 cpus, 4 GB");
  expect((await t.lido("jobs", "wait", `${id}`)).code).toBe(0);
});

test("what was cancelled runs again if asked for by its id, whether it had begun or not", async () => {
  const wait = `until test -e ${t.home}/let; do sleep 0.05; done`;
  const launched = await t.lido("jobs", "launch", "-p", "gpu-pool", "-n", "again", "--num-jobs", "4", "-d", "--", wait);
  const [, from = "", to = ""] = /IDs: (\d+)-(\d+)/.exec(launched.stdout) ?? [];
  await eventually(async () => (await show(Number(from))).job.status === "RUNNING", "the first rank runs");
  expect((await t.lido("jobs", "cancel", `${from}-${to}`)).code).toBe(0);
  expect((await t.lido("jobs", "wait", `${from}-${to}`)).code).toBe(103);
  const ended = await t.lido("jobs", "why", from);
  expect(ended.stdout).toMatch(/^Job \d+ CANCELLED after \S+: ended by the cancel \(SIGTERM\)\.\n$/);
  expect((await t.lido("jobs", "retry", from, "--failed")).stderr).toBe(
    `Error: Nothing to retry: ${from} has not failed.\n\`lido jobs queue --ranks\` shows how they stand. What succeeded is launched anew: lido jobs launch\n`,
  );
  await t.workers[0]?.connect().then(async (worker) => {
    await worker.link.run(`touch ${t.home}/let`);
    await worker.close();
  });
  const [first, middle] = [Number(from), Number(from) + 2];
  expect(await t.lido("jobs", "retry", `${first},${middle},9999`)).toEqual({
    code: 102,
    stdout: `Jobs retried: ${first},${middle}\n`,
    stderr: `There is no job 9999.\n  lido jobs wait ${first},${middle}  until all are over\n`,
  });
  expect((await t.lido("jobs", "wait", `${first},${middle}`)).stdout).toBe("2 jobs: 2 succeeded.\n");
  const { attempts } = await show(first);
  expect(attempts).toMatchObject([
    { attempt: 1, exitCode: 143, reason: "ended by the cancel (SIGTERM)" },
    { attempt: 2, exitCode: 0 },
  ]);
  expect((await show(middle)).attempts).toMatchObject([{ attempt: 1, exitCode: 0 }]);
  expect((await show(middle + 1)).job.status).toBe("CANCELLED");
});

test("a pool that is gone: retry and why say what makes it again", async () => {
  const gone = "Pool 'p' is no longer in stack o/p/s. `lido pool apply FILE -p p` makes it again.";
  const job = { id: 3, name: "train", pool: "p", rank: 0, numJobs: 1, submittedAt: 1, attempt: 2 };
  const asked = { user: "me", run: "true", envs: {}, secrets: [], attempts: [], wants: "" };
  const why = { ahead: 0, workers: [], target: 0, gone };
  const shown: ShowResult = { job: { ...job, status: "PENDING", reason: gone }, ...asked, why };
  const retried = { retried: [{ first: 3, last: 3 }], others: [], missing: [] };
  await using s = await stage({ script: { retry: () => retried, show: () => shown } });
  expect(await s.lido("jobs", "retry", "3")).toBe(0);
  expect(s.stderr()).toBe(`Nothing runs yet: ${gone}\n  lido jobs wait 3  until all are over\n`);
  expect(await s.lido("jobs", "why", "3")).toBe(0);
  expect(s.stdout()).toMatch(/\nWhat would change it:\n {2}Pool 'p' is no longer in .*\n$/);
});

test("a worker whose disk is full: why says so, and where to make room", async () => {
  const reason = "waiting for a free worker: 1 held (its disk is full)";
  const job = { id: 3, name: "train", pool: "p", rank: 0, numJobs: 1, submittedAt: 1, attempt: 1, reason };
  const asked = { user: "me", run: "true", envs: {}, secrets: [], attempts: [], wants: "" };
  const worker = { id: 1, name: "p-1", obstacle: "disk-full", detail: "its disk is full" } as const;
  const why = { ahead: 0, workers: [worker], target: 1 };
  await using s = await stage({ script: { show: () => ({ job: { ...job, status: "PENDING" }, ...asked, why }) } });
  expect(await s.lido("jobs", "why", "3")).toBe(0);
  expect(s.stdout()).toBe(
    `Job 3 PENDING: ${reason}.
It wants a whole worker. It is the next in line.

WORKER  NAME  CAN HAVE IT  BECAUSE
1       p-1   no           refused a job a moment ago: its disk is full

What would change it:
  Make room on the disk of p-1: lido workers ssh p-1 -p p lets you look.
  Half a minute: the worker is asked again then.
`,
  );
});

test("what is not there", async () => {
  for (const command of ["show", "why", "retry", "wait", "logs", "cancel"]) {
    expect([command, await t.lido("jobs", command, "999")]).toEqual([
      command,
      {
        code: 102,
        stdout: "",
        stderr: "Error: There is no job 999.\n`lido jobs queue` lists the jobs that there are.\n",
      },
    ]);
  }
  expect((await t.lido("jobs", "cancel", "-n", "no-such-name", "-y")).code).toBe(102);
  expect((await t.lido("jobs", "retry", "--failed", "-n", "no-such-name")).code).toBe(102);
  expect((await t.lido("jobs", "cancel", "-p", "no-such-pool", "-y")).code).toBe(3);
  expect(await t.lido("jobs", "wait", "-n", "no-such-name")).toEqual({
    code: 102,
    stdout: "",
    stderr: "Error: There is no job of the name 'no-such-name'.\n`lido jobs queue` lists the jobs that there are.\n",
  });
  expect((await t.lido("jobs", "retry")).code).toBe(2);
  expect((await t.lido("jobs", "wait")).code).toBe(2);
});
