/** What TAB offers, and that bash takes it. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { SubmissionRow } from "../../../runner/api.ts";
import { writePointer } from "../../../worker/pointer.ts";
import { NOW, stage } from "./stage.ts";

const rows: readonly SubmissionRow[] = [
  {
    ids: { first: 3, last: 12 },
    name: "train",
    pool: "gpu-pool",
    submittedAt: NOW,
    byStatus: {},
    workers: [],
    reason: "",
  },
  {
    ids: { first: 2, last: 2 },
    name: "eval",
    pool: "gpu-pool",
    submittedAt: NOW,
    byStatus: {},
    workers: [],
    reason: "",
  },
];
const worker = { pool: "o/p/s/gpu-pool", id: 1, name: "gpu-pool-1", connected: true, trouble: "", cordon: "" };

test.each<[string, readonly string[]]>([
  ["", ["jobs", "pool", "workers", "controller", "check", "schema", "doctor", "completion", "version"]],
  ["jo", ["jobs"]],
  ["jobs l", ["launch", "logs"]],
  ["jobs pool ", ["apply", "status", "logs", "down"]],
  ["jobs queue --s", ["--status", "--skip-finished", "--since"]],
  ["jobs queue -o ", ["table", "wide", "json", "jsonl", "id"]],
  ["jobs queue -s f", ["failed", "failed_setup", "failed_prechecks", "failed_no_resource", "failed_controller"]],
  ["jobs queue -p ", ["gpu-pool"]],
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

test("bash completes with it", async () => {
  await using t = await stage();
  await t.lido("completion", "bash");
  const bin = join(t.folder, "bin");
  mkdirSync(bin);
  // Stands for lido: what it is asked for is all that counts here.
  writeFileSync(
    join(bin, "lido"),
    '#!/bin/sh\n[ "$*" = "completion words -- jobs l" ] && printf "launch\\nlogs\\n"\n',
    { mode: 0o755 },
  );
  const script = `${t.stdout()}COMP_WORDS=(lido jobs l) COMP_CWORD=2; _lido; echo "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)("bash", ["--norc", "-c", script], {
    env: { PATH: `${bin}:${process.env.PATH}` },
  });
  expect(stdout).toBe("launch logs\n");
});

test.each(["zsh", "fish"])("%s is told to ask lido", async (shell) => {
  await using t = await stage();
  expect(await t.lido("completion", shell)).toBe(0);
  expect(t.stdout()).toContain("lido completion words -- ");
});
