/** What TAB offers, and that the shells take it. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { findOnPath } from "../../../tools/pulumi/on-path.ts";
import { writePointer } from "../../../worker/pointer.ts";
import { launched } from "./rows.ts";
import { stage } from "./stage.ts";

const rows = [launched({ first: 3, last: 12 }), launched({ first: 2, last: 2 }, { name: "eval" })];
const worker = { pool: "o/p/s/gpu-pool", id: 1, name: "gpu-pool-1", connected: true, trouble: "", cordon: "" };

test.each<[string, readonly string[]]>([
  ["", ["jobs", "pool", "workers", "controller", "check", "schema", "doctor", "completion", "version"]],
  ["jo", ["jobs"]],
  ["jobs l", ["launch", "logs"]],
  ["jobs pool ", ["apply", "status", "logs", "down"]],
  ["jobs queue --s", ["--status", "--skip-finished", "--since"]],
  ["jobs queue -o ", ["table", "wide", "json", "jsonl", "id"]],
  ["jobs queue -s f", ["failed", "failed_setup", "failed_prechecks", "failed_no_resource", "failed_controller"]],
  ["jobs queue -s FAILED,R", ["FAILED,RUNNING", "FAILED,RECOVERING"]],
  ["jobs queue -p ", ["gpu-pool"]],
  ["jobs queue --pool=g", ["--pool=gpu-pool"]],
  ["jobs queue --pool = g", ["gpu-pool"]],
  ["jobs queue --pool =", ["gpu-pool"]],
  ["jobs launch --num-jobs ", []],
  ["jobs launch --env-file ", []],
  ["pool apply --mode ", ["rolling", "blue_green"]],
  ["check -o ", ["text", "json", "jsonl"]],
  ["help jobs l", ["launch", "logs"]],
  ["jobs logs ", ["3-12", "2"]],
  ["jobs wait -n e", ["eval"]],
  ["pool down ", ["gpu-pool"]],
  ["jobs pool down ", ["gpu-pool"]],
  ["workers ssh gpu", ["gpu-pool-1"]],
  ["completion ", ["bash", "zsh", "fish"]],
  ["schema ", ["pool", "job"]],
  ["jobs launch ", []],
  ["jobs launch -p x -- ", []],
  ["no such command ", []],
])("lido %s", async (line, expected) => {
  await using t = await stage({ script: { submissions: () => ({ rows }), workers: () => [worker] } });
  await writePointer(t.folder, { pool: "gpu-pool", stack: "o/p/s", projectDir: t.folder, env: {} });
  expect(await t.lido("completion", "words", "--", ...line.split(" "))).toBe(0);
  expect(t.stdout().split("\n").slice(0, -1)).toEqual(expected);
});

test("workers of a pool that was destroyed a moment ago are no words any more", async () => {
  await using t = await stage({ script: { workers: () => [worker] } });
  expect(await t.lido("completion", "words", "--", "workers", "ssh", "")).toBe(0);
  expect(t.stdout()).toBe("");
});

/** A folder with one file, and a `lido` that stands for ours: what it is asked for is all that counts here. */
async function shellStage(shell: string) {
  const t = await stage();
  await t.lido("completion", shell);
  const [bin, script] = [join(t.folder, "bin"), join(t.folder, "script")];
  mkdirSync(bin);
  writeFileSync(script, t.stdout());
  writeFileSync(join(t.folder, "gpu.yaml"), "");
  const answers = [
    '"completion words -- jobs l") printf "launch\\nlogs\\n" ;;',
    '"completion words -- jobs la") echo launch ;;',
    '"completion words -- jobs wait -n ") printf "my job\\n*\\n" ;;',
    '"completion words -- jobs wait --pool=g") echo --pool=gpu-pool ;;',
  ];
  writeFileSync(join(bin, "lido"), `#!/bin/sh\ncase $* in ${answers.join("\n")} esac\n`, { mode: 0o755 });
  const run = async (...args: readonly string[]): Promise<readonly string[]> => {
    const env = { PATH: `${bin}:${process.env.PATH}`, HOME: t.folder, TERM: "xterm", SCRIPT: script };
    const options = { cwd: t.folder, env, timeout: 30_000 };
    return (await promisify(execFile)(shell, [...args], options)).stdout.split("\n").slice(0, -1);
  };
  return { run, [Symbol.asyncDispose]: () => t[Symbol.asyncDispose]() };
}

test("bash completes with it, and with files where it knows nothing", async () => {
  await using t = await shellStage("bash");
  const complete = (line: string, at: number) =>
    t.run("--norc", "-c", `. $SCRIPT; COMP_WORDS=(${line}) COMP_CWORD=${at}; _lido; printf '%s\\n' "\${COMPREPLY[@]}"`);
  expect(await complete("lido jobs l", 2)).toEqual(["launch", "logs"]);
  // As they are to be typed.
  expect(await complete("lido jobs wait -n ''", 4)).toEqual(["my\\ job", "\\*"]);
  expect(await t.run("--norc", "-c", ". $SCRIPT; complete -p lido")).toEqual(["complete -o default -F _lido lido"]);
});

const has = (shell: string): boolean => findOnPath(shell, process.env) !== undefined;

test.skipIf(!has("zsh"))(
  "zsh (where it is installed) completes with it, and with files where it knows nothing",
  async () => {
    await using t = await shellStage("zsh");
    const typed = (line: string, completed: string): string =>
      `zpty -w -n z '${line}'$'\\t'; zpty -r -m z shown '*${completed}*' && print -r -- '${completed}'; zpty -w -n z $'\\x15'`;
    const script = [
      "zmodload zsh/zpty; zpty z zsh -f -i",
      `zpty -w z "autoload -Uz compinit; compinit -u -D; . $SCRIPT; print rea''dy"; zpty -r -m z shown '*ready*'`,
      typed("lido jobs la", "jobs launch"),
      typed("lido pool apply gp", "apply gpu.yaml"),
      typed("lido jobs wait --pool=g", "--pool=gpu-pool"),
      "zpty -d z",
    ];
    expect(await t.run("-f", "-c", script.join("\n"))).toEqual(["jobs launch", "apply gpu.yaml", "--pool=gpu-pool"]);
  },
);

test.skipIf(!has("fish"))(
  "fish (where it is installed) completes with it, and with files where it knows nothing",
  async () => {
    await using t = await shellStage("fish");
    const complete = (line: string) => t.run("--no-config", "-c", `source $SCRIPT; complete -C '${line}'`);
    expect(await complete("lido jobs l")).toEqual(["launch", "logs"]);
    expect(await complete("lido pool apply gp")).toEqual(["gpu.yaml"]);
    expect(await complete("lido jobs wait --pool=g")).toEqual(["--pool=gpu-pool"]);
  },
);
