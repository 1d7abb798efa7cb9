/** Every fault of the table on the real engine: about twelve minutes on two cores that do nothing else. `npm run test:faults` */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PulumiProject } from "../../support/pulumi-project.ts";
import { type Life, lives } from "./cases.ts";
import { History } from "./history.ts";
import { FaultStack, faultsProject } from "./stack.ts";

let project: PulumiProject;
beforeAll(async () => {
  project = await faultsProject();
});
afterAll(() => rmSync(project.dir, { recursive: true, force: true, maxRetries: 5 }));

const named = (life: Life): string =>
  life
    .map(({ change, fault }) => `${change} ${fault === undefined ? "" : `${fault.at} ${fault.kill}`}`.trim())
    .join(", ");

describe.concurrent("a pool whose changes are killed", () => {
  test.each(lives().map((life, index) => [named(life), life, index] as const))("%s", async (_, life, index) => {
    await using stack = await FaultStack.create(project, `s${index}`);
    expect(await new History(stack).live(life)).toEqual([]);
  });
});
