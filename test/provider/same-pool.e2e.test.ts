/**
 * One pool file, three ways to declare it: `WorkerPool.fromYaml` in a user's program, the root's program with its config,
 * `lido pool apply`. All must give the same pool, or a user who goes from one to the other would see it rolled.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fingerprintOf } from "../../provider/fingerprint.ts";
import type { CheckedInputs } from "../../provider/inputs.ts";
import { LidoHome } from "../runner/cli/lido-home.ts";
import { StackFixture } from "./stack-fixture.ts";

const FILE = `name: p
pool: {workers: 3, update_policy: {max_surge: 2}}
resources: {infra: local, cpus: 1, memory: 2+}
workdir: code
file_mounts: {~/data/words.txt: words.txt}
envs: {COLOR: null, SIZE: 3}
secrets: {TOKEN: null}
setup: echo $COLOR
`;

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { WorkerPool } from "lido";
const secrets = { TOKEN: new pulumi.Config().requireSecret("token") };
const updatePolicy = { mode: "blue_green" };
WorkerPool.fromYaml("p", "pool.yaml", { workers: 0, envs: { COLOR: "red" }, secrets, updatePolicy });
`;

function writeFiles(folder: string): void {
  mkdirSync(join(folder, "code"));
  writeFileSync(join(folder, "code/train.sh"), "echo train\n");
  writeFileSync(join(folder, "words.txt"), "one two\n");
  writeFileSync(join(folder, "pool.yaml"), FILE);
}

/** What a pool is, as the state has it: its fingerprint under one key, its size and its policy. */
function described(exported: string): unknown {
  const { deployment } = JSON.parse(exported) as {
    deployment: { resources: { type: string; inputs: CheckedInputs & { secrets: { plaintext?: string } } }[] };
  };
  const pool = deployment.resources.find(({ type }) => type === "pulumi-nodejs:dynamic/lido:WorkerPool");
  if (pool === undefined) throw new Error("the state has no pool");
  const { spec, secrets, content } = pool.inputs;
  const shown = JSON.parse(secrets.plaintext ?? "{}") as Record<string, string>;
  const { digest } = fingerprintOf({ ...spec, secrets: shown }, content, "one key for all");
  return { digest, size: spec.size, updatePolicy: spec.updatePolicy, secrets: shown };
}

test("fromYaml, the root's program and lido pool apply give the same pool", { timeout: 180_000 }, async () => {
  await using stack = await StackFixture.create();
  writeFiles(stack.dir);
  writeFileSync(join(stack.dir, "index.mjs"), PROGRAM);
  await stack.pulumi("config", "set", "--secret", "token", "s3cret-t0ken");
  expect(await stack.up()).toMatchObject({ code: 0 });
  const program = await stack.pulumi("stack", "export", "--show-secrets");
  expect(await stack.exported()).not.toContain("s3cret-t0ken");

  stack.becomeRootProject();
  await stack.pulumi("stack", "init", "root");
  await stack.configure({ poolFile: "pool.yaml", workers: "0" });
  for (const [key, value] of [
    ["envs.COLOR", "red"],
    ["updatePolicy.mode", "blue_green"],
  ] as const) {
    await stack.pulumi("config", "set", "--path", key, value);
  }
  await stack.pulumi("config", "set", "--secret", "--path", "secrets.TOKEN", "s3cret-t0ken");
  expect(await stack.up()).toMatchObject({ code: 0 });
  const root = await stack.pulumi("stack", "export", "--show-secrets");

  await using home = await LidoHome.create();
  writeFiles(home.folder);
  const words = ["pool", "apply", "pool.yaml", "-y", "--mode", "blue_green", "--env", "COLOR=red"];
  const file = readFileSync(join(home.folder, "pool.yaml"), "utf8").replace("workers: 3", "workers: 0");
  writeFileSync(join(home.folder, "pool.yaml"), file);
  const env = { PULUMI_BACKEND_URL: `file://${stack.dir}/state`, PULUMI_CONFIG_PASSPHRASE: "test" };
  const applied = await home.start([...words, "--secret", "TOKEN"], { env: { ...env, TOKEN: "s3cret-t0ken" } }).ended;
  expect(applied).toMatchObject({ code: 0, stdout: "Successfully created pool 'p'\n" });
  const mine = await stack.pulumi("stack", "export", "--show-secrets", "--stack", "organization/lido-pools/p");

  const expected = {
    digest: expect.stringMatching(/^[0-9a-f]{12}$/),
    size: { min: 0, max: 0 },
    updatePolicy: { maxSurge: 2, mode: "blue_green" },
    secrets: { TOKEN: "s3cret-t0ken" },
  };
  const pools = [program, root, mine].map(({ output }) => described(output));
  expect(pools[0]).toEqual(expected);
  expect(pools[1]).toEqual(pools[0]);
  expect(pools[2]).toEqual(pools[0]);
});
