/** The pool on the real Pulumi engine. Needs `dist/` and the engine: `npm test` makes both. */
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { processStart } from "../../provider/machines/local/process-start.ts";
import { eventually } from "../support/eventually.ts";
import { StackFixture } from "./stack-fixture.ts";

const MINUTES = 60_000;

/** A zombie that nobody reaps is dead. */
function isAlive(pid: number): boolean {
  return processStart(pid) !== undefined;
}

test("up, scale in place, roll, destroy: each as the preview said, and nothing is left", {
  timeout: 3 * MINUTES,
}, async () => {
  await using stack = await StackFixture.create();
  const made = await stack.up({ workers: "2", setup: "echo one > version" });
  expect(made.output).toContain("p: create 2 workers on local");
  expect(made.code).toBe(0);
  const servers = await stack.serverPids();
  expect(Object.keys(servers)).toEqual(["1", "2"]);
  const exported = await stack.exported();
  expect(exported).not.toContain("PRIVATE KEY");
  expect(exported).not.toContain("s3cret-t0ken");
  expect(await stack.outputs()).toMatchObject({ kind: "lido.WorkerPool", generation: 1, pool: "p" });

  const scaled = await stack.up({ workers: "3" });
  expect(scaled.output).toContain("p: scale 2 -> 3: 1 added, 2 kept");
  expect(await stack.serverPids()).toMatchObject(servers);

  const same = await stack.up();
  expect(same.output).toContain("3 unchanged");

  const rolled = await stack.up({ setup: "echo two > version" });
  expect(rolled.output).toContain(
    "p: replace 3 gradually: 1 at a time above size, none below; cause: setup changed: line 1",
  );
  expect(rolled.code).toBe(0);
  const { generation, workers } = await stack.outputs();
  expect({ generation, ids: workers.map(({ id }) => id) }).toEqual({ generation: 2, ids: [4, 5, 6] });

  const last = Object.values(await stack.serverPids());
  expect((await stack.destroy()).code).toBe(0);
  expect(existsSync(stack.lidoHome) ? readdirSync(stack.lidoHome) : []).toEqual([]);
  expect(last.filter((pid) => pid !== undefined && isAlive(pid))).toEqual([]);
});

test("a worker whose setup fails fails the run with its log, and the next run mends it", {
  timeout: 3 * MINUTES,
}, async () => {
  await using stack = await StackFixture.create();
  const gate = join(stack.dir, "gate");
  const setup = `[ "$SKYPILOT_SERVE_REPLICA_ID" = 1 ] || [ -e ${gate} ] || { echo no such wheel; exit 7; }`;
  const failed = await stack.up({ workers: "2", setup });
  expect(failed.code).not.toBe(0);
  expect(failed.output).toContain("p-2: setup ended with exit code 7.");
  expect(failed.output).toContain("no such wheel");
  expect((await stack.outputs()).workers.map(({ state }) => state)).toEqual(["READY", "FAILED"]);
  const before = await stack.serverPids();
  writeFileSync(gate, "");
  expect((await stack.up()).code).toBe(0);
  expect((await stack.outputs()).workers.map(({ state }) => state)).toEqual(["READY", "READY"]);
  expect(await stack.serverPids()).toEqual(before);
  expect((await stack.destroy()).code).toBe(0);
});

test("what is wrong in a program is said in one sentence, before Pulumi says anything of its own", async () => {
  await using stack = await StackFixture.create(
    'import { WorkerPool } from "lido";\nnew WorkerPool("p", { workers: -1, infra: "local" });\n',
  );
  const { code, output } = await stack.up();
  expect(code).not.toBe(0);
  expect(output).toContain("`workers` must be");
  expect(output).not.toContain("error serializing");
});

test("kill -9 of the engine stops its provider before the next step, and the next run goes on", {
  timeout: 3 * MINUTES,
}, async () => {
  await using stack = await StackFixture.create();
  const gate = join(stack.dir, "gate");
  const begun = join(stack.dir, "begun");
  await stack.configure({ workers: "1", setup: `touch ${begun}; until [ -e ${gate} ]; do sleep 0.05; done` });
  const { child, ended } = stack.start("up", "--yes", "--skip-preview");
  await eventually(() => existsSync(begun), "the setup runs", MINUTES);
  const provider = stack.holder();
  if (provider === undefined) throw new Error("nobody holds the pool");
  await stack.killEngine(child, provider);
  await ended;
  await eventually(() => !isAlive(provider), "the orphaned provider is gone", 10_000);
  expect(stack.holder()).toBeUndefined();
  expect(Object.keys(await stack.serverPids())).toEqual(["1"]);

  writeFileSync(gate, "");
  await stack.pulumi("cancel", "--yes");
  expect((await stack.up()).code).toBe(0);
  expect((await stack.outputs()).workers.map(({ id, state }) => ({ id, state }))).toEqual([{ id: 1, state: "READY" }]);
  expect((await stack.destroy()).code).toBe(0);
  expect(existsSync(stack.poolFolder)).toBe(false);
});

test("refresh sees a lost worker and a lost pool, and the same up makes up for them", {
  timeout: 3 * MINUTES,
}, async () => {
  await using stack = await StackFixture.create();
  expect((await stack.up({ workers: "2" })).code).toBe(0);
  const lose = async (...ids: number[]): Promise<void> => {
    for (const id of ids) {
      const pid = (await stack.serverPids())[String(id)];
      if (pid === undefined) throw new Error(`worker ${id} has no server`);
      process.kill(pid, "SIGKILL");
      await eventually(() => !isAlive(pid), "the server is dead");
      rmSync(stack.workerFolder(id), { recursive: true });
    }
  };
  await lose(2);
  expect((await stack.pulumi("refresh", "--yes")).code).toBe(0);
  expect((await stack.outputs()).workers.map(({ id }) => id)).toEqual([1]);
  expect((await stack.up()).code).toBe(0);
  expect((await stack.outputs()).workers.map(({ id, state }) => `${id} ${state}`)).toEqual(["1 READY", "3 READY"]);

  await lose(1, 3);
  const made = await stack.up();
  expect(made.output).toContain("p: all of its 2 workers are gone");
  expect(made.code).toBe(0);
  expect((await stack.outputs()).workers.map(({ id, state }) => `${id} ${state}`)).toEqual(["4 READY", "5 READY"]);
  expect((await stack.destroy()).code).toBe(0);
  expect(readdirSync(stack.lidoHome)).toEqual([]);
});

test("the root program makes the pool that the config names, with its counts and secrets", {
  timeout: 3 * MINUTES,
}, async () => {
  await using stack = await StackFixture.create();
  stack.becomeRootProject();
  await stack.pulumi("stack", "init", "root");
  const unnamed = await stack.pulumi("preview");
  expect(unnamed.output).toContain(
    "This stack names no pool. Name its file: pulumi config set poolFile examples/mandelbrot/pool.yaml",
  );
  const file = "name: demo\npool: {workers: 1}\nsecrets: {TOKEN: null}\nsetup: echo $TOKEN > seen\n";
  writeFileSync(join(stack.dir, "pool.yaml"), file);
  await stack.configure({ poolFile: "pool.yaml", workers: "2" });
  await stack.pulumi("config", "set", "--secret", "--path", "secrets.TOKEN", "root-t0ken");
  const made = await stack.up();
  expect(made.output).toContain("demo: create 2 workers on local");
  expect(made.code).toBe(0);
  expect(await stack.outputs()).toMatchObject({ identity: "organization/lido/root/demo", size: { target: 2 } });
  expect(await stack.exported()).not.toContain("root-t0ken");
  expect((await stack.destroy()).code).toBe(0);
  expect(readdirSync(stack.lidoHome)).toEqual([]);
});
