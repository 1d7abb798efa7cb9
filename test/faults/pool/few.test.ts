/** A few of the table's faults on the real engine; all of them: `npm run test:faults`. Needs `dist/` and the engine. */
import { rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import type { PulumiProject } from "../../support/pulumi-project.ts";
import { History } from "./history.ts";
import { isAlive, kill9 } from "./processes.ts";
import { FaultStack, faultsProject } from "./stack.ts";
import { pausedProvider } from "./strike.ts";

const MINUTES = 60_000;
let project: PulumiProject;
beforeAll(async () => {
  project = await faultsProject();
});
afterAll(() => rmSync(project.dir, { recursive: true, force: true, maxRetries: 5 }));

test("whoever is killed in the middle of a change, the next pulumi up ends as if nothing had been", {
  timeout: 5 * MINUTES,
}, async () => {
  await using stack = await FaultStack.create(project, "few");
  const troubles = await new History(stack).live([
    { change: "create", fault: { change: "create", at: "create:acted", kill: "engine" } },
    { change: "grow", fault: { change: "grow", at: "prepare:before", kill: "provider" } },
    { change: "roll", fault: { change: "roll", at: "drain:before", kill: "both" } },
    { change: "shrink", fault: { change: "shrink", at: "remove:half", kill: "interrupts" } },
    { change: "destroy", fault: { change: "destroy", at: "cleanup:before", kill: "engine" } },
  ]);
  expect(troubles).toEqual([]);
});

test("a provider whose engine is gone does not begin its next step, and ends", { timeout: 2 * MINUTES }, async () => {
  await using stack = await FaultStack.create(project, "orphan");
  const change = stack.up({ workers: 1, setup: "true" }, "create:before:1");
  const provider = await pausedProvider(stack, change);
  kill9(change.child.pid ?? 0);
  await change.ended;
  // It promises to have noticed by then.
  await delay(2_000);
  rmSync(stack.pauseFile);
  await eventually(() => !isAlive(provider), "the provider process is gone", 2_000);
  expect(stack.workerFolders).toEqual([]);
});
