/** The commands of an example's README, as a reader would give them: word by word, from the root of the repository. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { packageRoot } from "../../tools/pulumi/engine.ts";
import type { LidoHome } from "../runner/cli/lido-home.ts";

/** @returns what the README's commands printed, stdout and stderr together, one text for each command */
export async function followReadme(example: string, home: LidoHome): Promise<readonly string[]> {
  const text = readFileSync(join(packageRoot(), "examples", example, "README.md"), "utf8");
  const [, block = ""] = /```sh\n([\s\S]*?)```/.exec(text) ?? [];
  // The test's own folder for what a reader would find in /tmp.
  const commands = block.replaceAll("/tmp/", `${home.folder}/${example}-`).trim().split("\n");
  if (commands.length < 3) throw new Error(`the README of ${example} has no commands`);
  const outputs: string[] = [];
  for (const command of commands) outputs.push(await run(command, home));
  return outputs;
}

async function run(command: string, home: LidoHome): Promise<string> {
  const bin = join(home.folder, "bin");
  if (!existsSync(bin)) {
    mkdirSync(bin);
    symlinkSync(join(packageRoot(), "runner/cli/bin.js"), join(bin, "lido"));
  }
  const PATH = [bin, home.env.PATH].join(delimiter);
  const child = spawn("bash", ["-c", `exec 2>&1; ${command}`], {
    cwd: packageRoot(),
    env: { ...home.env, PATH },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`\`${command}\` ended with ${code}:\n${output}`);
  return output;
}
