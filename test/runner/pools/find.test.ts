import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { findPool, rosterFromPointer } from "../../../runner/pools/index.ts";
import { readStack } from "../../../runner/pools/stack.ts";
import { findEngine } from "../../../tools/pulumi/engine.ts";
import { pointedPools, writePointer } from "../../../worker/index.ts";
import { type TemporaryFolder, temporaryFolder } from "../client/temporary-folder.ts";
import { roster } from "./roster.ts";

/** The real engine, with a file backend and a project of its own. */
let folder: TemporaryFolder;
let project: string;
let env: Record<string, string>;
let homes = 0;
let home: string;

const pulumi = (...args: readonly string[]): void =>
  void execFileSync("pulumi", [...args, "--non-interactive"], { cwd: project, env, stdio: ["pipe", "ignore", "pipe"] });

function importStack(stack: string, pools: readonly ReturnType<typeof roster>[]): void {
  const resources = pools.map((outputs) => ({
    urn: `urn:pulumi:${stack}::shop::pulumi-nodejs:dynamic/lido:WorkerPool::${outputs.pool}`,
    custom: true,
    id: outputs.pool,
    type: "pulumi-nodejs:dynamic/lido:WorkerPool",
    outputs,
  }));
  const manifest = { time: "2026-01-01T00:00:00Z", magic: "", version: "" };
  const file = join(folder.path, "import.json");
  writeFileSync(file, JSON.stringify({ version: 3, deployment: { manifest, resources } }));
  pulumi("stack", "import", "--stack", stack, "--file", file, "--force");
}

beforeAll(async () => {
  const engine = await findEngine({ report: () => undefined });
  folder = temporaryFolder();
  project = join(folder.path, "shop");
  const backend = join(folder.path, "state");
  mkdirSync(project);
  mkdirSync(backend);
  writeFileSync(join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  env = {
    PATH: [engine.binDir, process.env.PATH ?? ""].join(delimiter),
    HOME: folder.path,
    PULUMI_HOME: join(folder.path, "pulumi-home"),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  pulumi("stack", "init", "prod");
  pulumi("stack", "init", "dev");
  importStack("dev", [roster(), roster({ pool: "cpu-pool", identity: "organization/shop/dev/cpu-pool" })]);
  importStack("prod", [roster({ pool: "big-pool", identity: "organization/shop/prod/big-pool" })]);
});
afterAll(() => folder?.[Symbol.dispose]());
beforeEach(() => {
  home = join(folder.path, `home-${++homes}`);
});

const pointer = () => ({
  pool: "gpu-pool",
  stack: "organization/shop/dev",
  projectDir: project,
  env: { PULUMI_BACKEND_URL: env.PULUMI_BACKEND_URL ?? "", PULUMI_HOME: env.PULUMI_HOME ?? "" },
});

test("a pool of the selected stack of the project around the current folder", async () => {
  mkdirSync(join(project, "src"), { recursive: true });
  expect(await findPool("gpu-pool", { cwd: join(project, "src"), env, home })).toEqual({
    pointer: pointer(),
    roster: roster(),
  });
});

test("a pool of a stack that was named, short in its project or whole anywhere", async () => {
  const found = await findPool("big-pool", { stack: "prod", cwd: project, env, home });
  expect(found.pointer.stack).toBe("organization/shop/prod");
  const elsewhere = await findPool("big-pool", { stack: "organization/shop/prod", cwd: folder.path, env, home });
  expect(elsewhere.roster).toEqual(found.roster);
});

test("a pool that was used before, from anywhere and whatever this terminal's backend is", async () => {
  await writePointer(home, pointer());
  const other = { ...env, PULUMI_BACKEND_URL: "file:///nowhere", PULUMI_HOME: "/nowhere" };
  expect((await findPool("gpu-pool", { cwd: folder.path, env: other, home })).pointer).toEqual(pointer());
  expect(await rosterFromPointer(pointer(), home)).toEqual(roster());
});

test("the file and the command say the same", async () => {
  const place = { stack: "organization/shop/dev", dir: project, project: undefined, env };
  const byFile = await readStack(place);
  // A relative folder is left to the command.
  const byCommand = await readStack({ ...place, env: { ...env, PULUMI_BACKEND_URL: "file://../state" } });
  expect(byFile.resources?.map(({ urn }) => urn)).toHaveLength(2);
  expect(byCommand.resources).toEqual(byFile.resources);
});

test("no such pool: the pools that there are, and where it was looked for", async () => {
  await writePointer(home, { ...pointer(), pool: "old-pool" });
  await expect(findPool("gpu", { cwd: project, env, home })).rejects.toMatchObject({
    exitCode: 3,
    message: `There is no pool 'gpu' in the Pulumi project in ${project} or the pools used before.\nDid you mean 'gpu-pool'? Pools that there are: cpu-pool, gpu-pool, old-pool.`,
  });
});

test("no pool at all: how to make one", async () => {
  await expect(findPool("gpu", { cwd: folder.path, env, home })).rejects.toMatchObject({
    exitCode: 3,
    message:
      "There is no pool 'gpu' in the pools used before.\nThere are no pools yet: make one with `pulumi up`, or with `lido pool apply FILE -p gpu`.",
  });
  expect(await pointedPools(home)).toEqual([]);
});

test("a stack that cannot be read: Pulumi's own words", async () => {
  await expect(findPool("gpu", { stack: "nope", cwd: project, env, home })).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining(
      `There is no stack nope: \`pulumi stack export --stack nope\` failed in ${project}: no stack named 'nope' found`,
    ) as string,
  });
  await writePointer(home, pointer());
  await expect(findPool("gpu-pool", { stack: "nope", cwd: project, env, home })).rejects.toMatchObject({
    message: expect.stringMatching(
      /\nPools that there are: gpu-pool\.\nWithout --stack 'gpu-pool' is the one that was used before\.$/,
    ) as string,
  });
  await expect(findPool("gpu-pool", { stack: "prod", cwd: project, env, home })).rejects.toMatchObject({
    message:
      "There is no pool 'gpu-pool' in stack prod.\nPools that there are: big-pool, gpu-pool.\nWithout --stack 'gpu-pool' is the one that was used before.",
  });
});

test("a pool that is gone from its stack", async () => {
  await expect(rosterFromPointer({ ...pointer(), pool: "gone" }, home)).rejects.toMatchObject({
    exitCode: 3,
    message: `Pool 'gone' is no longer in stack organization/shop/dev.\n\`pulumi up\` in ${project} makes it again.`,
  });
});

test("a project folder that is gone is named", async () => {
  const gone = { ...pointer(), projectDir: join(folder.path, "gone"), env: { PULUMI_BACKEND_URL: "file:///nowhere" } };
  await expect(rosterFromPointer(gone, home)).rejects.toMatchObject({
    exitCode: 3,
    message: `The folder of the Pulumi project is gone: ${join(folder.path, "gone")}.\nPut it back, or apply the pool again from where it is now.`,
  });
});
