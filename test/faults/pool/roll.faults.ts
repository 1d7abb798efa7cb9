/** Ten workers, all of them busy all the time, get a new setup: no job is killed, none runs twice, ten serve at any moment. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import type { PulumiProject } from "../../support/pulumi-project.ts";
import { Load } from "./load.ts";
import { FaultStack, faultsProject, type Wanted } from "./stack.ts";
import { strike } from "./strike.ts";

const BEFORE: Wanted = { workers: 10, setup: "echo 1", policy: { maxSurge: 2, maxUnavailable: 0 } };
const AFTER: Wanted = { ...BEFORE, setup: "echo 2" };

let project: PulumiProject;
beforeAll(async () => {
  project = await faultsProject();
});
afterAll(() => rmSync(project.dir, { recursive: true, force: true, maxRetries: 5 }));

/** Looks all the time; a look takes a moment in which the pool goes on, so it counts only what a second look finds too. */
async function watchPool(stack: FaultStack, over: AbortSignal): Promise<{ least: number; most: number }> {
  const seen = { least: Number.POSITIVE_INFINITY, most: 0 };
  while (!over.aborted) {
    seen.least = Math.min(seen.least, Math.max(stack.serving, stack.serving));
    seen.most = Math.max(seen.most, Math.min(stack.workerFolders.length, stack.workerFolders.length));
    await delay(20);
  }
  return seen;
}

test.each([[false], [true]])("killed in the middle: %s", async (killed) => {
  await using stack = await FaultStack.create(project, killed ? "killed" : "whole");
  const made = await stack.up(BEFORE).ended;
  expect(made.code, made.output).toBe(0);
  const roster = await stack.outputs();
  if (roster === undefined) throw new Error("the state has no pool");
  const folder = join(stack.folder, "queue");
  mkdirSync(folder);
  await using load = await Load.start(folder, roster);
  await eventually(() => load.running === 10, "all ten are busy", 60_000);

  const over = new AbortController();
  const watching = watchPool(stack, over.signal);
  if (killed) {
    await strike(stack, stack.up(AFTER, "remove:recorded:4"), "engine");
    await stack.unlock();
  }
  const rolled = await stack.up(AFTER).ended;
  over.abort();
  expect(rolled.code, rolled.output).toBe(0);
  const { least, most } = await watching;
  const { jobs, byStatus, notOnce } = await load.finish();
  expect({ least, notOnce, byStatus }).toEqual({ least: 10, notOnce: [], byStatus: { SUCCEEDED: jobs } });
  expect(most).toBeLessThanOrEqual(12);
  expect((await stack.outputs())?.workers.map(({ id, state }) => `${id > 10} ${state}`)).toEqual(
    Array(10).fill("true READY"),
  );
  expect((await stack.destroy(AFTER).ended).code).toBe(0);
});
