import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { SubmitParams } from "../../../runner/api.ts";
import type { Leaving } from "../../../runner/cli/cli.ts";
import { liveView } from "../../../runner/cli/live.ts";
import { readPointer } from "../../../worker/index.ts";
import type { Script } from "../client/scripted-controller.ts";
import { roster } from "../pools/roster.ts";
import { counts, row } from "./rows.ts";
import { NOW, stage, written } from "./stage.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const ended = { startedAt: NOW - 2100, endedAt: NOW };
const pools = [roster()];

const oneJob = (status: "SUCCEEDED" | "FAILED" | "CANCELLED", reason = ""): Script => ({
  submit: () => ({ ids: { first: 3, last: 3 } }),
  logs: (_params, { item }) => {
    item({ data: base64("hello\n") });
    item({ data: base64("world\n") });
    return { job: row(3, { status, reason, ...ended }) };
  },
});

test("one job: its log on stdout, and its outcome as the exit code", async () => {
  await using t = await stage({ pools, script: oneJob("SUCCEEDED") });
  expect(await t.lido("jobs", "launch", "-p", "gpu-pool", "--", "echo hello")).toBe(0);
  expect(t.stdout()).toBe("Job submitted with ID: 3\nhello\nworld\n");
  expect(t.stderr()).toBe("Job 3 SUCCEEDED after 2.1s.\n");
  const submitted = t.controller.calls[0]?.params as SubmitParams;
  expect(submitted).toEqual({
    job: { kind: "job", run: "echo hello", resources: { ordered: false, anyOf: [] }, envs: {}, secrets: {} },
    numJobs: 1,
    user: userInfo().username,
    roster: roster(),
    pointer: {
      pool: "gpu-pool",
      stack: "organization/shop/dev",
      projectDir: t.folder,
      env: { PULUMI_BACKEND_URL: `file://${join(t.folder, "state")}`, PULUMI_HOME: t.folder },
    },
  });
  expect(await readPointer(t.folder, "gpu-pool")).toEqual(submitted.pointer);
});

test.each([
  ["FAILED", "exit code 7", 100],
  ["CANCELLED", "", 103],
] as const)("a job that is %s ends with %s", async (status, reason, code) => {
  await using t = await stage({ pools, script: oneJob(status, reason) });
  expect(await t.lido("jobs", "launch", "-p", "gpu-pool", "--", "false")).toBe(code);
  expect(t.stderr()).toBe(`Job 3 ${status} after 2.1s${reason === "" ? "" : `: ${reason}`}.\n`);
});

const manyJobs: Script = {
  submit: () => ({ ids: { first: 3, last: 12 } }),
  watch: (_params, { item }) => {
    const failure = row(7, { status: "FAILED", exitCode: 2 });
    item(counts({ PENDING: 10 }));
    item(counts({ PENDING: 6, RUNNING: 3, SUCCEEDED: 1 }));
    item(counts({ PENDING: 5, RUNNING: 4, SUCCEEDED: 1 }));
    item(counts({ SUCCEEDED: 9, FAILED: 1 }, [failure]));
    return { counts: counts({ SUCCEEDED: 9, FAILED: 1 }, [failure]), missing: [] };
  },
};

test("many jobs in a pipe: a line per tenth, then the sum", async () => {
  await using t = await stage({ pools, script: manyJobs });
  expect(await t.lido("jobs", "launch", "-p", "gpu-pool", "--num-jobs", "10", "--", "work")).toBe(100);
  expect(t.stdout()).toBe("Jobs submitted with IDs: 3-12\n");
  expect(t.stderr()).toBe(
    [
      "0 of 10 jobs over: 10 pending",
      "1 of 10 jobs over: 1 succeeded, 3 running, 6 pending",
      "10 of 10 jobs over: 9 succeeded, 1 failed",
      "10 jobs: 9 succeeded, 1 failed.",
      "See why with `lido jobs logs 7`.",
      "",
    ].join("\n"),
  );
});

test("many jobs in a terminal: a board drawn over itself", async () => {
  await using t = await stage({ kind: "tty", pools, script: manyJobs });
  expect(await t.lido("jobs", "launch", "-p", "gpu-pool", "--num-jobs", "10", "-y", "--", "work")).toBe(100);
  const bar = (full: number): string => `[${"#".repeat(full)}${"-".repeat(40 - full)}]`;
  const over = "\u001B[2A\u001B[0J";
  expect(t.stderr().split("\n")).toEqual([
    `${bar(0)} 0/10 0%`,
    "10 pending",
    `${over}${bar(4)} 1/10 10%`,
    "1 succeeded, 3 running, 6 pending",
    `${over}${bar(4)} 1/10 10%`,
    "1 succeeded, 4 running, 5 pending",
    `${over}${bar(40)} 10/10 100%`,
    "9 succeeded, 1 failed",
    "failed: 7  exit code 2",
    "10 jobs: 9 succeeded, 1 failed.",
    "See why with `lido jobs logs 7`.",
    "",
  ]);
});

test("a board that was left for the shell is drawn anew below, and not while the shell has the terminal", async () => {
  let leaving: Leaving | undefined;
  let isAway = false;
  const { output, text } = written("tty");
  await using t = await stage({ kind: "tty" });
  const hideKeys = (told: Leaving) => {
    leaving = told;
    return { isAway: () => isAway, [Symbol.dispose]: () => undefined };
  };
  using view = liveView({ ...t.cli, stderr: output, hideKeys });
  view.show(counts({ RUNNING: 1 }));
  leaving?.onLeave();
  isAway = true;
  view.show(counts({ RUNNING: 1, FAILED: 1 }));
  isAway = false;
  leaving?.onReturn();
  leaving?.onReturn();
  const bar = "-".repeat(40);
  expect(text()).toBe(`[${bar}] 0/1 0%\n1 running\n[${"#".repeat(20)}${bar.slice(20)}] 1/2 50%\n1 failed, 1 running\n`);
});

test("-d returns at once with the next useful commands", async () => {
  await using t = await stage({ pools, script: manyJobs });
  expect(await t.lido("jobs", "launch", "-d", "-p", "gpu-pool", "--num-jobs", "10", "--", "work")).toBe(0);
  expect(t.stdout()).toBe("Jobs submitted with IDs: 3-12\n");
  expect(t.stderr()).toBe(
    [
      "  lido jobs queue        how they stand",
      "  lido jobs logs 3-12    their logs",
      "  lido jobs wait 3-12    until all are over",
      "  lido jobs cancel 3-12  cancel them",
      "",
    ].join("\n"),
  );
  expect(t.controller.calls.map(({ method }) => method)).toEqual(["submit"]);
});

test("Ctrl-C while following detaches and says how to come back", async () => {
  const { promise: following, resolve } = Promise.withResolvers<void>();
  await using t = await stage({
    pools,
    script: {
      submit: () => ({ ids: { first: 3, last: 12 } }),
      watch: async (_params, { aborted }) => {
        resolve();
        await aborted;
        return { counts: counts({ RUNNING: 10 }), missing: [] };
      },
    },
  });
  const code = t.lido("jobs", "launch", "-p", "gpu-pool", "--num-jobs", "10", "--", "work");
  await following;
  t.interrupt();
  expect(await code).toBe(130);
  expect(t.stderr()).toBe(
    "\nDetached: the jobs go on. Come back with:\n  lido jobs wait 3-12\n  lido jobs logs 3-12\n  lido jobs cancel 3-12\n",
  );
});

test("in a terminal it asks; no is no", async () => {
  await using no = await stage({ kind: "tty", pools, answer: "n\n" });
  expect(await no.lido("jobs", "launch", "-p", "gpu-pool", "--num-jobs", "2", "-n", "train", "--", "work")).toBe(1);
  expect(no.stderr()).toBe(
    "Launching 2 jobs of 'train' on pool 'gpu-pool'. Proceed? [Y/n]: Error: Nothing was done.\n",
  );
  expect(no.controller.calls).toEqual([]);
  await using yes = await stage({ kind: "tty", pools, answer: "\n", script: oneJob("SUCCEEDED") });
  expect(await yes.lido("jobs", "launch", "-p", "gpu-pool", "--", "work")).toBe(0);
  expect(yes.stderr()).toContain("Launching 1 job on pool 'gpu-pool'. Proceed? [Y/n]: ");
});

test("Ctrl-D where it asks is a no, and what follows has a line of its own", async () => {
  await using t = await stage({ kind: "tty", pools });
  (t.cli.stdin as PassThrough).end();
  expect(await t.lido("jobs", "launch", "-p", "gpu-pool", "--", "work")).toBe(1);
  expect(t.stderr()).toBe("Launching 1 job on pool 'gpu-pool'. Proceed? [Y/n]: \nError: Nothing was done.\n");
});

test("a job file, with its pool, its open values filled and its warnings", async () => {
  await using t = await stage({ pools, script: oneJob("SUCCEEDED"), env: { TOKEN: "s3cret", HOST: "here" } });
  const lines = ["pool: gpu-pool", "name: train", "envs: {A: 1, B: null, HOST: null}", "secrets: {TOKEN: null}"];
  writeFileSync(join(t.folder, "job.yaml"), [...lines, "setup: echo ready", "run: echo $A", ""].join("\n"));
  writeFileSync(join(t.folder, "vars"), "B=from file\nA=lost\n");
  const flags = ["--env-file", join(t.folder, "vars"), "--env", "A=x=y", "--env", "HOST", "--secret", "TOKEN"];
  const code = await t.lido("jobs", "launch", "job.yaml", ...flags, "-n", "other");
  expect(code).toBe(0);
  expect(t.controller.calls[0]?.params).toMatchObject({
    job: { name: "other", envs: { A: "x=y", B: "from file", HOST: "here" }, secrets: { TOKEN: "s3cret" } },
  });
  const place = join(t.folder, "job.yaml");
  expect(t.stderr()).toBe(
    `Warning: ${place}:5:1: \`setup\` is ignored: the pool prepares its workers\nJob 3 SUCCEEDED after 2.1s.\n`,
  );
});

test("a variable that Lido sets itself is not passed on in silence", async () => {
  await using t = await stage({ pools, script: oneJob("SUCCEEDED") });
  const flags = ["--env", "SKYPILOT_JOB_RANK=7", "--env", "RANK=1"];
  expect(await t.lido("jobs", "launch", "-d", "-p", "gpu-pool", ...flags, "--", "true")).toBe(0);
  expect(t.stderr()).toMatch(
    /^Warning: SKYPILOT_JOB_RANK is not passed on: Lido sets it itself for each rank\. Give yours another name\.\n {2}lido jobs queue/,
  );
});

test.each([
  ["", "a name needs at least one sign that can be seen"],
  [" ", "a name needs at least one sign that can be seen"],
  ["a\nb", "a name is one line, without control characters"],
  ["\u001B[2J", "a name is one line, without control characters"],
])("%j is no name of a job", async (name, fault) => {
  await using t = await stage({ pools });
  expect(await t.lido("jobs", "launch", "-p", "gpu-pool", "-n", name, "--", "true")).toBe(2);
  const shown = name.replaceAll(/\p{Cc}/gu, "\uFFFD");
  expect(t.stderr()).toBe(`Error: --name '${shown}' can't be the name of a job: ${fault}.\nWrite one like -n train.\n`);
});

test("a file of secrets with lines that say nothing: each is told, and nothing of it is shown or submitted", async () => {
  await using t = await stage({ pools });
  writeFileSync(join(t.folder, "vars"), "# of the job\nTOKEN=hunter2\nhunter3\nmy key=hunter4\n9=hunter5\n");
  expect(await t.lido("jobs", "launch", "-p", "gpu-pool", "--secret-file", "vars", "--", "x")).toBe(2);
  const place = join(t.folder, "vars");
  const [line, name] = [
    "  write `NAME=value`, or `#` before it; a value of several lines stands in quotes",
    "  write a name of letters, digits and `_` that does not begin with a digit, such as `MY_NAME`",
  ];
  expect(t.stderr().trimEnd().split("\n")).toEqual([
    `Error: ${place}:3:1: this line is not \`NAME=value\``,
    line,
    `Error: ${place}:4:1: this line is not \`NAME=value\``,
    line,
    `Error: ${place}:5:1: what stands before the \`=\` is not a name of an environment variable`,
    name,
  ]);
  expect(t.controller.connections()).toBe(0);
});

test("a secret that no process takes is refused at its place, and not shown or submitted", async () => {
  await using t = await stage({ pools });
  writeFileSync(join(t.folder, "vars"), `KEY=${"hunter2".repeat(20_000)}\n`);
  expect(await t.lido("jobs", "launch", "-p", "gpu-pool", "--secret-file", "vars", "--", "x")).toBe(2);
  expect(t.stderr().trimEnd().split("\n")).toEqual([
    `Error: ${join(t.folder, "vars")}:1:1: the value of \`KEY\` is 140000 bytes long, and Linux takes at most 131072 for a variable: its name, \`=\`, the value and a NUL`,
    "  put it into a file that `file_mounts` or `workdir` of the pool brings to the workers, and write the file's path instead",
  ]);
  expect(t.controller.connections()).toBe(0);
});

test("each value that is still open is an error by itself", async () => {
  await using t = await stage({ pools });
  writeFileSync(join(t.folder, "job.yaml"), "run: x\nenvs: {A: null, B: null}\nsecrets: {C: null}\n");
  expect(await t.lido("jobs", "launch", "-p", "gpu-pool", "job.yaml")).toBe(2);
  const marks = t
    .stderr()
    .split("\n")
    .filter((line) => line.startsWith("Error: "));
  expect(marks.map((line) => line.replace(/.*job\.yaml:/, ""))).toEqual([
    "2:8: `A` has no value yet",
    "2:17: `B` has no value yet",
    "3:11: the secret `C` has no value yet",
  ]);
  expect(await t.lido("jobs", "launch", "-p", "gpu-pool", "--env", "A-B=1", "--env", "C D=1", "--", "x")).toBe(2);
  expect(
    t
      .stderr()
      .split("\n")
      .filter((line) => line.startsWith("Error: --env: '")),
  ).toHaveLength(2);
});

test("the words of a command stay apart; one text is the shell's", async () => {
  const run = async (...words: readonly string[]): Promise<string> => {
    await using t = await stage({ pools, script: oneJob("SUCCEEDED") });
    expect(await t.lido("jobs", "launch", "-p", "gpu-pool", ...words)).toBe(0);
    const [submit] = t.controller.calls;
    return (submit?.params as SubmitParams | undefined)?.job.run ?? "";
  };
  expect(await run("--", "echo $X | wc")).toBe("echo $X | wc");
  expect(await run("--", "python", "a b.py", "--x=1", "it's")).toBe("python 'a b.py' --x=1 'it'\\''s'");
  expect(await run("--", "ls", "-p", "--num-jobs", "0")).toBe("ls -p --num-jobs 0");
  expect(await run("echo without dashes")).toBe("echo without dashes");
});

test.each([
  [["--num-jobs", "0", "--", "x"], 2, "--num-jobs is '0', and it must be a whole number from 1 to 10000000."],
  [["--num-jobs", "-1", "--", "x"], 2, "--num-jobs is '-1', and it must be a whole number from 1 to 10000000."],
  [
    ["--num-jobs", "9000000000000000", "--", "x"],
    2,
    "--num-jobs is '9000000000000000', and it must be a whole number from 1 to 10000000.",
  ],
  [["--num-jobs", "x", "--", "x"], 2, "--num-jobs is 'x', and it must be a whole number from 1 to 10000000."],
  [[], 2, "There is nothing to run.\nGive a job file, or a command after --: lido jobs launch -p POOL -- 'echo hello'"],
  [
    ["job.yaml", "--", "x"],
    2,
    "'job.yaml' and a command after -- were both given.\nGive the file, or the command, not both.",
  ],
  [
    ["echo", "hello"],
    2,
    "More than one file was given: echo hello.\nA command is written after --: lido jobs launch -p POOL -- echo hello",
  ],
  [
    ["--env", "NOPE", "--", "x"],
    2,
    "--env NOPE: this shell has no variable NOPE.\nSet it first, or write --env NOPE=value.",
  ],
  [["--secret", "=hunter2", "--", "x"], 2, "--secret was given without a name.\nWrite --secret NAME=value."],
  [["--env", "", "--", "x"], 2, "--env was given without a name.\nWrite --env NAME=value."],
  [
    ["--env-file", "/nowhere/vars", "--", "x"],
    2,
    "There is no file /nowhere/vars\n  check the path and the folder you are in",
  ],
  [
    ["--", "x"],
    2,
    "No pool was named.\nName it with -p POOL, or with `pool:` in the job file; `lido pool status` lists them.",
  ],
  [
    ["-p", "gpu", "--", "x"],
    3,
    "There is no pool 'gpu' in the Pulumi project in FOLDER or the pools used before.\nDid you mean 'gpu-pool'? Pools that there are: gpu-pool.",
  ],
] as const)("bad input %j ends with %d, and nothing is submitted", async (words, code, message) => {
  await using t = await stage({ pools });
  expect(await t.lido("jobs", "launch", ...words)).toBe(code);
  expect(t.stderr().replaceAll(t.folder, "FOLDER")).toBe(`Error: ${message}\n`);
  expect([t.stdout(), t.controller.connections()]).toEqual(["", 0]);
});

test("a missing file and a file with a mistake", async () => {
  await using t = await stage({ pools });
  expect(await t.lido("jobs", "launch", "-p", "gpu-pool", "none.yaml")).toBe(2);
  writeFileSync(join(t.folder, "bad.yaml"), "run: echo\nnmae: x\n");
  expect(await t.lido("jobs", "launch", "-p", "gpu-pool", "bad.yaml")).toBe(2);
  expect(t.stderr()).toMatch(/^Error: There is no file .*none\.yaml.*\n.*\nError: .*bad\.yaml:2:1: /);
  expect(t.controller.connections()).toBe(0);
});
