/** Lives through one seed: the batch, its faults, and what is left when all is over. Answers what was wrong. */
import { setTimeout as delay } from "node:timers/promises";
import type { JobRow } from "../../../runner/api.ts";
import { isTerminal } from "../../../runner/core/index.ts";
import { eventually } from "../../support/eventually.ts";
import { check } from "./check.ts";
import { checkLogs } from "./check-logs.ts";
import { leftovers } from "./leftovers.ts";
import type { Undo } from "./machine.ts";
import { describeStrike, type Plan, planOf, type Strike } from "./plan.ts";
import { strike } from "./strike.ts";
import { Watch } from "./watch.ts";
import { World } from "./world.ts";

export interface Outcome {
  /** A sentence for each promise that was broken. */
  readonly violations: readonly string[];
  /** All there is to know of a seed that went wrong. */
  readonly report: string;
}

/** From the last fault's end; long enough for what is only noticed or tried again after half a minute. */
const OVER_MS = 120_000;

export async function runSeed(seed: number, env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const plan = planOf(seed);
  await using world = await World.open(plan.machines, env);
  await world.submit(plan);
  const watch = new Watch(world);
  if (!plan.early) await eventually(() => world.ledger.read().length > 0, "the first job starts", 120_000);
  const strikes = Promise.allSettled(plan.strikes.map((one) => carryOut(world, one)));
  const rows = await watch.untilOver(strikes, OVER_MS);
  const struck = await strikes;
  for (const machine of world.machines) machine.noteDeaths();
  const violations = [
    ...struck.flatMap((one) => (one.status === "rejected" ? [`the lab itself failed: ${String(one.reason)}`] : [])),
    ...watch.violations,
    ...check({ plan, entries: world.ledger.read(), rows, cancelled: cancelledBy(plan) }),
  ];
  // Where jobs never end there is nothing more to see.
  if (rows.every(({ status }) => isTerminal(status))) {
    violations.push(...(await checkLogs(world, plan, rows)), ...(await leftovers(world)));
  }
  violations.push(...world.daemon.troubles);
  return { violations, report: violations.length === 0 ? "" : reportOf(plan, world, { violations, rows }) };
}

async function carryOut(world: World, { atMs, forMs, fault }: Strike): Promise<void> {
  await delay(atMs);
  const undo: Undo = await strike(world, fault);
  await delay(forMs);
  await undo();
}

function cancelledBy({ strikes }: Plan): ReadonlySet<number> {
  const ids = strikes.flatMap(({ fault }) =>
    fault.kind === "cancel"
      ? Array.from({ length: fault.last - fault.first + 1 }, (_, index) => fault.first + index)
      : [],
  );
  return new Set(ids);
}

function reportOf(
  plan: Plan,
  world: World,
  { violations, rows }: { readonly violations: readonly string[]; readonly rows: readonly JobRow[] },
): string {
  return [
    `seed ${plan.seed} (${plan.policy}): ${violations.length} violations. To run it alone: LIDO_LAB_SEEDS=${plan.seed} npm run test:lab`,
    ...violations.map((one) => `  ${one}`),
    "faults:",
    ...plan.strikes.map((one) => `  ${describeStrike(one)}`),
    "ledger:",
    ...world.ledger.read().map((entry) => `  ${Object.values(entry).join(" ")}`),
    "queue:",
    ...rows.map((row) => `  ${row.id} ${row.status} worker ${row.worker} attempt ${row.attempt} ${row.reason}`),
    "controller.log, the last of it:",
    ...world.daemon.log.split("\n").slice(-60),
  ].join("\n");
}
