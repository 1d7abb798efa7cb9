import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { leftOver } from "../../bench/left-over.ts";
import { eventually } from "../support/eventually.ts";

test.runIf(process.platform === "linux").each([
  ["its working folder", (folder: string) => ({ args: [], cwd: folder, env: {} })],
  ["its environment", (folder: string) => ({ args: [], cwd: "/", env: { LIDO_HOME: folder } })],
  ["its command line", (folder: string) => ({ args: [folder], cwd: "/", env: {} })],
])("a process is found by %s, and no more once it has ended", async (_by, make) => {
  const folder = mkdtempSync(join(tmpdir(), "lido-left-over-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { args, cwd, env } = make(folder);
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()", ...args], {
    cwd,
    env,
    stdio: ["pipe", "ignore", "inherit"],
  });
  await eventually(() => leftOver(folder).some(({ pid }) => pid === child.pid), "the process is found");
  child.stdin.end();
  await once(child, "exit");
  expect(leftOver(folder)).toEqual([]);
});
