/**
 * All workers cut off while jobs run, silently, as when the network between is gone. `LIDO_LAB_PARTITION_SECONDS=600` for
 * a long one; 30 seconds are enough for the controller to notice.
 */
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { check } from "./check.ts";
import { leftovers } from "./leftovers.ts";
import type { Plan } from "./plan.ts";
import { Watch } from "./watch.ts";
import { skipLab, World, whyNot } from "./world.ts";

const SECONDS = Number(process.env.LIDO_LAB_PARTITION_SECONDS ?? 30);
const MACHINES = 3;

/** Each machine ends a job while it is cut off, and has another before and after. */
const PLAN: Plan = {
  seed: 0,
  policy: "wait",
  machines: MACHINES,
  ranks: [0, 0, 0, 5, 5, 5, 1, 1, 1].map((seconds) => ({ seconds, exitCode: 0, lines: 10 })),
  early: true,
  strikes: [],
};

describe.concurrent(`the fault lab${whyNot}`, () => {
  test.skipIf(skipLab)(
    `${SECONDS} s without any worker: jobs go on, are shown as unknown, and none runs twice`,
    {
      timeout: (SECONDS + 240) * 1000,
    },
    async () => {
      await using world = await World.open(MACHINES);
      await world.submit(PLAN);
      const watch = new Watch(world);
      const running = async () =>
        (await watch.look()).filter(({ status, id }) => status === "RUNNING" && id > MACHINES);
      await eventually(async () => (await running()).length === MACHINES, "each machine has a long job", 120_000);

      for (const { proxy } of world.machines) proxy.setWeather({ stalled: true });
      const cut = performance.now();
      const unknown = /^worker \d has been unreachable for \d+ (s|min); whether the job still runs is not known, /;
      await eventually(
        async () => (await running()).every(({ reason }) => unknown.test(reason)),
        "all three are shown as unknown",
        SECONDS * 1000,
      );
      await delay(SECONDS * 1000 - (performance.now() - cut));
      const during = await watch.look();
      expect(during.slice(0, MACHINES).every(({ status }) => status === "SUCCEEDED")).toBe(true);
      // One of them may have been staged behind another one, when the network went.
      const cutOff = during.filter(({ status }) => status === "RUNNING");
      expect(cutOff.length).toBe(MACHINES);
      expect(cutOff.every(({ reason }) => unknown.test(reason))).toBe(true);
      expect(during.filter(({ status }) => status === "PENDING").length).toBe(during.length - 2 * MACHINES);

      for (const { proxy } of world.machines) proxy.setWeather({});
      const rows = await watch.untilOver(Promise.resolve(), 60_000);
      expect(rows.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(PLAN.ranks.map(() => "SUCCEEDED 1"));
      const evidence = { plan: PLAN, entries: world.ledger.read(), rows, cancelled: new Set<number>() };
      expect([...watch.violations, ...check(evidence), ...(await leftovers(world))]).toEqual([]);
    },
  );
});
