/** What the pool says before it acts, after a roll that was cut off or failed, on the real engine: once, and what is then done. Needs `dist/`. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { StackFixture } from "./stack-fixture.ts";

const MINUTES = 60_000;

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { WorkerPool } from "lido";
const config = new pulumi.Config();
const [setup, workers] = [config.require("setup"), config.requireNumber("workers")];
new WorkerPool("p", { workers, infra: "local", setup, updatePolicy: config.requireObject("policy") });
`;

/** What the pool says before it acts. */
function lines(output: string): string[] {
  const all = output.split("\n").map((line) => line.trim());
  return all.filter((line) => line.startsWith("p: ") && !line.includes(" workers ready"));
}

test("after a roll that was killed: the new workers are found and kept", { timeout: 4 * MINUTES }, async () => {
  await using stack = await StackFixture.create(PROGRAM);
  expect((await stack.up({ workers: "2", setup: "true", policy: '{"maxSurge":2}' })).code).toBe(0);
  const [begun, gate] = [join(stack.dir, "begun-"), join(stack.dir, "gate")];
  const own = `${begun}$SKYPILOT_SERVE_REPLICA_ID`;
  await stack.configure({ setup: `touch ${own}; until [ -e ${gate} ]; do sleep 0.05; done` });
  const { child, ended } = stack.start("up", "--yes", "--skip-preview");
  await eventually(() => existsSync(`${begun}3`) && existsSync(`${begun}4`), "both setups run", MINUTES);
  const provider = stack.holder();
  if (provider === undefined) throw new Error("nobody holds the pool");
  await stack.killEngine(child, provider);
  await ended;
  await eventually(() => stack.holder() === undefined, "the orphaned provider has let go", MINUTES);

  await stack.pulumi("cancel", "--yes");
  writeFileSync(gate, "");
  const { code, output } = await stack.up();
  expect({ code, output }).toEqual({ code: 0, output });
  expect(lines(output)).toEqual([
    "p: 2 workers are not as the state says: p-3 was made since, p-4 was made since",
    "p: replace 2 of 4 gradually: 2 removed, 2 set up again, 0 kept, at most 4 workers, at least 2 ready; cause: setup changed: line 1",
  ]);
  expect(output).toMatch(/p: 2 of 2 workers ready \(2 removed\)/);
  expect((await stack.outputs()).workers.map(({ id }) => id)).toEqual([3, 4]);
  expect((await stack.destroy()).code).toBe(0);
});

test("after a canary that failed: a refresh announces nothing, and the next up one plan", {
  timeout: 4 * MINUTES,
}, async () => {
  await using stack = await StackFixture.create(PROGRAM);
  expect((await stack.up({ workers: "2", setup: "true", policy: '{"canary":1}' })).code).toBe(0);
  const failed = await stack.up({ workers: "3", setup: "exit 3" });
  expect(failed.code).not.toBe(0);
  expect(failed.output).toContain("p: p-3 failed as a canary, so the roll stopped: 2 old workers serve on.");

  const refreshed = await stack.pulumi("refresh", "--yes", "--skip-preview");
  expect(refreshed.code).toBe(0);
  expect(lines(refreshed.output)).toEqual([]);

  const again = await stack.up();
  expect(again.code).not.toBe(0);
  expect(lines(again.output)).toEqual([
    "p: replace 2 of 3 gradually: 2 added, 2 removed, 1 set up again, 0 kept, 1 canary first, at most 4 workers, at least 2 ready",
  ]);

  const mended = await stack.up({ setup: "echo three" });
  expect({ code: mended.code, output: mended.output }).toEqual({ code: 0, output: mended.output });
  expect(lines(mended.output)).toEqual([
    "p: replace 3 gradually: 1 canary first, at most 4 workers, at least 2 ready; cause: setup changed: line 1",
  ]);
  expect(mended.output).toMatch(/p: 3 of 3 workers ready \(3 added, 3 removed\)/);
  expect((await stack.destroy()).code).toBe(0);
});
