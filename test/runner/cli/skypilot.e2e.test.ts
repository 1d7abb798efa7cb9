/** A script written for SkyPilot's command line, with `alias sky=lido` and nothing else changed. Needs `dist/`. */
import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { packageRoot } from "../../../tools/pulumi/engine.ts";
import { LidoHome } from "./lido-home.ts";

test("a SkyPilot script runs with alias sky=lido, and its greps succeed", { timeout: 240_000 }, async () => {
  await using home = await LidoHome.create();
  const bin = join(home.folder, "bin");
  mkdirSync(bin);
  symlinkSync(join(packageRoot(), "runner/cli/bin.js"), join(bin, "lido"));
  const env = { ...home.env, PATH: [bin, home.env.PATH].join(delimiter) };
  const script = join(import.meta.dirname, "skypilot.sh");
  const { stdout } = await promisify(execFile)("bash", ["--norc", script], { cwd: home.folder, env }).catch(
    (error: Error & { stdout?: string; stderr?: string }) => {
      throw new Error(`the script failed:\n${error.stdout}\n${error.stderr}`);
    },
  );
  expect(stdout).toContain("Successfully created pool 'p'");
});
