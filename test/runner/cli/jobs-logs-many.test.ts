/** The logs of several ranks, against a real controller and a real worker. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { type RealStage, realStage } from "./real-stage.ts";

const SCRIPT = "echo begin $SKYPILOT_JOB_RANK; printf 'end without newline'; exit $((SKYPILOT_JOB_RANK % 2 * 4))";
let t: RealStage;
beforeAll(async () => {
  t = await realStage(2);
  await t.lido("jobs", "launch", "-p", "gpu-pool", "-n", "odd", "--num-jobs", "3", "-d", "--", SCRIPT);
  await t.lido("jobs", "launch", "-p", "gpu-pool", "-d", "--", "printf '\\033[2J\\033[31mred\\n'");
});
afterAll(() => t?.[Symbol.asyncDispose]());

test("all ranks, followed: lines with the rank before them, none mixed; the worst end counts", async () => {
  const { code, stdout, stderr } = await t.lido("jobs", "logs", "2", "--all");
  expect(code).toBe(100);
  expect(stdout.trimEnd().split("\n").sort()).toEqual([
    "rank 0 | begin 0",
    "rank 0 | end without newline",
    "rank 1 | begin 1",
    "rank 1 | end without newline",
    "rank 2 | begin 2",
    "rank 2 | end without newline",
  ]);
  expect(stderr).toBe("Jobs 1-3: 2 succeeded, 1 failed.\n");
});

test("--no-follow: one after another; jobs of several launches have their ids before them", async () => {
  expect((await t.lido("jobs", "wait", "1-4")).code).toBe(100);
  const { code, stdout } = await t.lido("jobs", "logs", "3,4", "--no-follow", "--tail", "1");
  expect([code, stdout]).toEqual([0, "job 3 | end without newline\njob 4 | \uFFFD[2J\u001B[31mred\n"]);
});

test("--sync-down into what is no folder is refused, and ends", async () => {
  const refusal = async (folder: string) => {
    const { code, stderr } = await t.lido("jobs", "logs", "1", "--sync-down", folder);
    return [code, stderr.split("\n")[0]];
  };
  const file = join(t.home, "controller", "controller.log");
  expect(await refusal(file)).toEqual([
    2,
    `Error: The logs cannot be put into ${file}: it is a file, or lies below one (ENOTDIR).`,
  ]);
  expect((await refusal(join(file, "x")))[0]).toBe(2);
  expect(await refusal("")).toEqual([2, "Error: --sync-down names no folder."]);
  expect((await refusal("/proc/lido/x"))[1]).toMatch(/^Error: The logs cannot be put into \/proc\/lido\/x: /);
});

test("of a name: one rank, or those that failed; else it must be said", async () => {
  expect((await t.lido("jobs", "logs", "-n", "odd", "--rank", "2", "--no-follow")).stdout).toMatch(/^begin 2\n/);
  expect((await t.lido("jobs", "logs", "-n", "odd", "--failed", "--no-follow")).stdout).toMatch(/^begin 1\n/);
  expect((await t.lido("jobs", "logs", "1", "--rank", "1", "--tail", "0")).code).toBe(100);
  expect(await t.lido("jobs", "logs", "-n", "odd")).toEqual({
    code: 2,
    stdout: "",
    stderr: "Error: 'odd' names 3 jobs: 1-3.\nSay which: --rank R, --failed, or --all for all of them.\n",
  });
  expect((await t.lido("jobs", "logs", "-n", "odd", "--rank", "3")).stderr).toBe(
    "Error: There is no rank 3 of jobs 1-3.\nRanks begin with 0.\n",
  );
  expect(await t.lido("jobs", "logs", "3,70-99,500", "--no-follow", "--tail", "1")).toEqual({
    code: 102,
    stdout: "end without newline",
    stderr: "There are no jobs 70-99,500.\n",
  });
  expect((await t.lido("jobs", "logs", "70-99", "--failed")).code).toBe(102);
  expect((await t.lido("jobs", "logs")).code).toBe(2);
});

test("--since leaves out what was over before; --controller says what the controller noted", async () => {
  await t.lido("jobs", "wait", "1-4");
  await eventually(
    async () => (await t.lido("jobs", "logs", "1-3", "--since", "0.1s")).code === 102,
    "all are over for long",
  );
  expect((await t.lido("jobs", "logs", "1-3", "--since", "0.1s")).stderr).toContain(
    "None of these jobs ran in that time.",
  );
  const { stdout } = await t.lido("jobs", "logs", "1-3", "--controller");
  expect(stdout).toMatch(/^20\S+ \S+ {2}info {3}ended {2}job=2 attempt=1 worker=\d .*status=FAILED exitCode=4/);
});

test("--sync-down: a file for each, byte for byte", async () => {
  await t.lido("jobs", "wait", "1-4");
  const folder = join(t.home, "logs");
  const { code, stdout, stderr } = await t.lido("jobs", "logs", "1", "--all", "--sync-down", folder);
  const files = [1, 2, 3].map((id) => join(folder, `job-${id}-rank-${id - 1}.log`));
  expect([code, stdout, stderr]).toEqual([0, `${files.join("\n")}\n`, `Logs of 3 jobs are in ${folder}.\n`]);
  expect(files.map((file) => readFileSync(file, "utf8"))).toEqual(
    [0, 1, 2].map((rank) => `begin ${rank}\nend without newline`),
  );
});

test("--sync-down keeps escapes as they are", async () => {
  await t.lido("jobs", "wait", "4");
  const folder = join(t.home, "exact");
  expect((await t.lido("jobs", "logs", "4", "--sync-down", folder)).code).toBe(0);
  expect(readFileSync(join(folder, "job-4-rank-0.log"), "utf8")).toBe("\u001B[2J\u001B[31mred\n");
});

test.each(["tty", "pipe"] as const)("%s: escapes of a job are harmless, unless it is said otherwise", async (kind) => {
  await t.lido("jobs", "wait", "4");
  const shown = await t.start(kind, "jobs", "logs", "4", "--no-follow").ended;
  expect(shown.stdout).toBe(`\uFFFD[2J\u001B[31mred\n${kind === "tty" ? "\u001B[0m" : ""}`);
  const raw = await t.start(kind, "jobs", "logs", "4", "--no-follow", "--raw").ended;
  expect(raw.stdout).toBe("\u001B[2J\u001B[31mred\n");
});

test("a log without a last line end: in a terminal what follows begins on its own line; in a pipe no byte is added", async () => {
  await t.lido("jobs", "wait", "1");
  const shown = await t.start("tty", "jobs", "logs", "1").ended;
  expect([shown.stdout, shown.stderr]).toEqual([
    "begin 0\nend without newline\n",
    expect.stringMatching(/^Job 1 SUCCEEDED/),
  ]);
  expect((await t.lido("jobs", "logs", "1")).stdout).toBe("begin 0\nend without newline");
});

test("Ctrl-C while several are followed says how to come back", async () => {
  await t.lido("jobs", "launch", "-p", "gpu-pool", "--num-jobs", "2", "-d", "--", "echo up; sleep 60");
  const following = t.start("pipe", "jobs", "logs", "5-6");
  await eventually(() => following.stdout().match(/up/g)?.length === 2, "both began");
  following.interrupt();
  const { code, stderr } = await following.ended;
  expect([code, stderr]).toEqual([130, "\nDetached: the jobs go on. Come back with:\n  lido jobs logs 5-6\n"]);
  await t.lido("jobs", "cancel", "5-6");
  expect((await t.lido("jobs", "wait", "5-6")).code).toBe(103);
});
