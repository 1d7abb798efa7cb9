/** README's quick start, with the packed file in an empty folder: its own Pulumi.yaml, index.ts and commands, word by word. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { engineEnv, findEngine } from "../../tools/pulumi/engine.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const README = readFileSync(join(ROOT, "README.md"), "utf8");

let folder: string;
let project: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "lido-user-")));
  project = join(folder, "project");
  for (const name of ["project", "state"]) mkdirSync(join(folder, name));
  env = {
    ...engineEnv(await findEngine({ report: console.error })),
    HOME: folder,
    LIDO_HOME: join(folder, "lido"),
    PULUMI_HOME: join(folder, "pulumi"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_ENABLE_AUTOMATIC_LOGGING: "false",
    // What the machine's user set for npm (a registry, certificates) stays in force under the empty HOME.
    npm_config_userconfig: join(process.env.HOME ?? "", ".npmrc"),
  };
});
afterAll(async () => {
  await sh("npx lido controller stop; pulumi destroy --yes || true").catch(() => {});
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a line of the quick start as its reader would. @returns stdout and stderr together */
async function sh(line: string): Promise<string> {
  const child = spawn("bash", ["-c", `exec 2>&1; ${line}`], {
    cwd: project,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`\`${line}\` ended with ${code}:\n${output}`);
  return output;
}

/** Folders of local pools that there are now. */
function pools(): string[] {
  const local = join(folder, "lido/local");
  return existsSync(local) ? readdirSync(local) : [];
}

/** The fenced block of README that contains `text`. */
function block(text: string): string {
  const found = [...README.matchAll(/```\w*\n([\s\S]*?)```/g)]
    .map(([, body = ""]) => body)
    .find((body) => body.includes(text));
  if (found === undefined) throw new Error(`README has no block with ${text}`);
  return found;
}

test("README's quick start works with the packed file", { timeout: 300_000 }, async () => {
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: ROOT, stdio: "ignore" });
  const [install = ""] = block("npm i path/to/lido").split("\n");
  await sh(install.replace("path/to", ".."));
  writeFileSync(join(project, "Pulumi.yaml"), block("name: my-pools"));
  writeFileSync(join(project, "index.ts"), block("new WorkerPool("));

  const output = new Map<string, string>();
  const made: string[] = [];
  for (const line of block("pulumi stack init dev").trim().split("\n")) {
    output.set(line.split(" ").slice(0, 4).join(" "), await sh(line));
    if (line.startsWith("pulumi up")) made.push(...pools());
  }
  expect(output.get("pulumi up --yes")).toContain("gpu-pool: 3 of 3 workers ready (3 added)");
  expect(output.get("npx lido jobs launch")).toMatch(/Jobs submitted with IDs: 1-10\n[\s\S]*10 jobs: 10 succeeded\./);
  expect(output.get("npx lido jobs queue")).toMatch(/ SUCCEEDED .* 10 jobs: 10 succeeded/);
  expect(output.get("npx lido jobs logs")).toContain("2 of 10\n");
  expect(output.get("pulumi destroy --yes")).toContain("all 3 workers removed");
  expect(made).toHaveLength(1);
  expect(pools()).toEqual([]);

  // The same pool once more: the controller, which still runs, must not take the new one for the old.
  await sh("pulumi up --yes");
  expect(await sh("npx lido jobs launch -p gpu-pool -- echo again")).toContain("Job 11 SUCCEEDED");
  await sh("pulumi destroy --yes");
  expect(pools()).toEqual([]);
});
