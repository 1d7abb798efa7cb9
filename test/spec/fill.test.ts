/** Open values are filled or named, and variables in file mounts are put in. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { fillEnvironment, jobFromCommand, parseJob, parsePool } from "../../spec/index.ts";
import { refusal } from "./support.ts";

const NONE = { envs: {}, secrets: {} };
const job = (text: string) => parseJob(`run: x\n${text}`, { file: "job.yaml" }).spec;
const pool = (text: string) => parsePool(`pool: {workers: 1}\n${text}`, { file: "pool.yaml" }).spec;
test("given values fill and replace those of the file, and new names are added", () => {
  const filled = fillEnvironment(job("envs: {A: null, B: 1}\nsecrets: {T: null}"), {
    envs: { A: "x", B: "2", C: "3" },
    secrets: { T: "t" },
  });
  expect(filled).toEqual({ ...job(""), envs: { A: "x", B: "2", C: "3" }, secrets: { T: "t" } });
  expect(Object.isFrozen(filled.envs)).toBe(true);
});

test("all open names are named, with the flags that fill them", () => {
  expect(refusal(() => fillEnvironment(job("envs: {OUT: null, IN: 1}\nsecrets: {TOKEN: null}"), NONE))).toEqual([
    2,
    "These names have no value yet: OUT, TOKEN (secret)",
    "  write --env OUT=VALUE --secret TOKEN=VALUE",
    "  without =VALUE the value is taken from your own environment; --env-file and --secret-file take many from a file",
  ]);
  expect(refusal(() => fillEnvironment(job("envs: {OUT: null}"), NONE))).toEqual([
    2,
    "This name has no value yet: OUT",
    "  write --env OUT=VALUE",
    "  without =VALUE the value is taken from your own environment; --env-file and --secret-file take many from a file",
  ]);
});

test("an empty value is a value", () => {
  expect(fillEnvironment(job("envs: {OUT: null}"), { envs: { OUT: "" }, secrets: {} }).envs).toEqual({ OUT: "" });
});

test("what is wrongly given is refused as a whole", () => {
  const spec = job("envs: {PLAIN: 1}\nsecrets: {TOKEN: a}");
  const given = { envs: { "A-B": "1", TOKEN: "1", N: "a\0b", BOTH: "1" }, secrets: { PLAIN: "1", BOTH: "2" } };
  expect(refusal(() => fillEnvironment(spec, given))).toEqual([
    2,
    "--env: 'A-B' is not a name of an environment variable",
    "  write a name of letters, digits and `_` that does not begin with a digit, such as `MY_NAME`",
    "--env: `TOKEN` is a secret",
    "  write `--secret TOKEN=VALUE` instead",
    "--env: the value of `N` holds a NUL character, which no process can take",
    "  remove it",
    "--env: `BOTH` is a secret",
    "  write `--secret BOTH=VALUE` instead",
    "--secret: `PLAIN` is no secret but an environment variable",
    "  write `--env PLAIN=VALUE` instead",
  ]);
});

test("what would not reach a job is refused, and no value is shown", () => {
  const given = {
    envs: { EUID: "0", lido_slot: "1" },
    secrets: { SHELLOPTS: "hunter2", KEY: "hunter2".repeat(20_000) },
  };
  expect(refusal(() => fillEnvironment(job(""), given))).toEqual([
    2,
    "--env: 'EUID' is read-only in bash: no job and no setup would see this value",
    "  write another name, such as `MY_NAME`",
    "--env: 'lido_slot' begins with `lido_`, as the variables that Lido itself uses on a worker do",
    "  write another name, such as `MY_NAME`",
    "--secret: 'SHELLOPTS' is read-only in bash: no job and no setup would see this value",
    "  write another name, such as `MY_NAME`",
    "--secret: the value of `KEY` is 140000 bytes long, and Linux takes at most 131072 for a variable: its name, `=`, the value and a NUL",
    "  put it into a file that `file_mounts` or `workdir` of the pool brings to the workers, and write the file's path instead",
  ]);
});

test.each(["x", "ü", "\u{1F600}"])("the longest value of %j that is taken reaches a process", (character) => {
  const most = 131_072 - "NAME=\0".length;
  const one = Buffer.byteLength(character);
  const value = character.repeat(most / one) + "x".repeat(most % one);
  const given = (text: string) => ({ envs: { NAME: text }, secrets: {} });
  expect(fillEnvironment(job(""), given(value)).envs).toEqual({ NAME: value });
  expect(refusal(() => fillEnvironment(job(""), given(`${value}x`)))[1]).toContain(`is ${most + 1} bytes long`);
  const printed = spawnSync("/bin/sh", ["-c", 'printf %s "$NAME"'], { env: { NAME: value }, encoding: "utf8" });
  expect(printed.stdout === value).toBe(true);
});

test("$VAR and ${VAR} in file mounts become their values, once, and unknown ones stay", () => {
  const spec = pool(
    [
      "envs: {DIR: /data, BUCKET: null, LOOP: $DIR}",
      "secrets: {TOKEN: t}",
      "file_mounts:",
      "  $DIR/in: s3://${BUCKET}/x",
      "  ~/out: {name: '${BUCKET}-out', source: ['$LOOP/a', '$TOKEN/$OTHER/$DIRS']}",
    ].join("\n"),
  );
  expect(fillEnvironment(spec, { envs: { BUCKET: "b" }, secrets: {} }).fileMounts).toEqual([
    { target: "/data/in", sources: ["s3://b/x"], mode: "MOUNT" },
    { target: "~/out", sources: ["$DIR/a", "$TOKEN/$OTHER/$DIRS"], mode: "MOUNT", name: "b-out" },
  ]);
});

test("two mounts that become one are refused", () => {
  const spec = pool("envs: {A: x, B: x}\nfile_mounts: {/$A: ./a, /$B: ./b}");
  expect(refusal(() => fillEnvironment(spec, NONE))).toEqual([
    2,
    "Two file mounts have the same target once the variables are filled in: /x",
    "  give one of them another target",
  ]);
});

test("a command line is a job that asks for nothing", () => {
  const empty = { kind: "job", run: "echo hi", resources: { ordered: false, anyOf: [] }, envs: {}, secrets: {} };
  expect(jobFromCommand("echo hi")).toEqual(empty);
  expect(jobFromCommand("echo hi", { name: "x" })).toEqual({ ...empty, name: "x" });
  expect(Object.keys(jobFromCommand("echo hi"))).not.toContain("name");
});

test.each([
  ["", "The command is empty: write what each rank runs, such as -- 'echo $SKYPILOT_JOB_RANK'"],
  [" \n", "The command is empty: write what each rank runs, such as -- 'echo $SKYPILOT_JOB_RANK'"],
  ["a\0b", "The command holds a NUL character, which no shell can take: remove it"],
])("the command %j is refused", (command, message) => {
  expect(refusal(() => jobFromCommand(command))).toEqual([2, message]);
});
