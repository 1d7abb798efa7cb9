/** What a person sees of pools: tables of pools and workers, and a sentence about the last change. */
import type { Capacity, RosterWorker, WorkerState } from "../../worker/index.ts";
import type { ListedPool } from "../pools/index.ts";
import { type Cli, note, print } from "./cli.ts";
import type { Color } from "./colors.ts";
import { type PoolRun, standingOfRun } from "./pool-runs.ts";
import { printRows } from "./print-rows.ts";
import type { Column } from "./table.ts";
import { ago, duration } from "./time.ts";

/** Workers that are shown of one pool, unless all are asked for. */
const SHOWN = 20;

export interface PoolTables {
  readonly wide: boolean;
  readonly all: boolean;
}

export function printPools(cli: Cli, pools: readonly ListedPool[], { wide, all }: PoolTables): void {
  const columns = wide ? [...POOLS, ...MORE_OF_POOLS] : POOLS;
  printRows(cli, pools, { format: "table", columns, ids: () => "", empty: "No pools." });
  for (const { roster } of pools) {
    print(cli, "");
    print(cli, `Workers of ${roster.pool}`);
    const workers = all ? roster.workers : chosen(roster.workers);
    const shown = workerColumns(cli.now(), wide ? moreOf(roster.workers) : undefined);
    printRows(cli, workers, { format: "table", columns: shown, ids: () => "", empty: "No workers." });
    const left = roster.workers.length - workers.length;
    if (left > 0) note(cli, `${left} more of ${roster.pool}, all READY: -a shows them.`);
  }
}

/** By id; of many, first those that are not ready, since they are what one looks for. */
function chosen(workers: readonly RosterWorker[]): readonly RosterWorker[] {
  if (workers.length <= SHOWN) return workers;
  const unready = workers.filter(({ state }) => state !== "READY");
  const ready = workers.filter(({ state }) => state === "READY");
  return [...unready, ...ready.slice(0, Math.max(0, SHOWN - unready.length))];
}

/** How the last `apply` or `down` stands. Nothing when it went well: the tables say the rest. */
export function runWords(run: PoolRun, now: number): readonly string[] {
  const { pool, action, pid, beganAt, end, log } = run;
  const again = `lido pool ${action}`;
  switch (standingOfRun(run)) {
    case "under way":
      return [`${pool}: ${again} is under way for ${duration(now - beganAt)} (process ${pid}). Its log: ${log}`];
    case "failed":
      return [`${pool}: the last ${again} failed ${ago(end?.at ?? now, now)}: ${end?.why ?? ""}`, `Its log: ${log}`];
    case "stopped":
      return [`${pool}: the last ${again} was stopped ${ago(end?.at ?? now, now)}. Give it again to finish it.`];
    case "killed":
      return [`${pool}: the last ${again} was killed. Give it again to finish it. Its log: ${log}`];
    case "succeeded":
      return [];
  }
}

const POOLS: readonly Column<ListedPool>[] = [
  { header: "POOL", cell: ({ pool }) => pool },
  { header: "WORKERS", cell: ({ roster }) => `${countReady(roster.workers)}/${roster.size.target}` },
  { header: "STATUS", cell: poolState, color: (pool) => (poolState(pool) === "READY" ? "green" : "yellow") },
  { header: "GENERATION", cell: generations },
  { header: "INFRA", cell: ({ roster }) => roster.infra },
  { header: "STACK", cell: ({ stack }) => stack, shrinkTo: 8 },
];

const MORE_OF_POOLS: readonly Column<ListedPool>[] = [
  { header: "SIZE", cell: ({ roster: { size } }) => (size.min === size.max ? "fixed" : `${size.min}-${size.max}`) },
];

function countReady(workers: readonly RosterWorker[]): number {
  return workers.filter(({ state }) => state === "READY").length;
}

/** READY when nothing is missing. */
function poolState({ roster }: ListedPool): string {
  const count = countReady(roster.workers);
  if (count >= roster.size.target) return "READY";
  return count === 0 ? "NOT READY" : "DEGRADED";
}

/** `1 -> 2` while workers of generation 1 serve on beside those of generation 2, or in their place. */
function generations({ roster: { generation, workers } }: ListedPool): string {
  const serving = workers.filter(({ state }) => state === "READY" || state === "DRAINING");
  const oldest = Math.min(generation, ...serving.map((worker) => worker.generation));
  return oldest < generation ? `${oldest} -> ${generation}` : `${generation}`;
}

/** Without `more` as short as can be. */
function workerColumns(now: number, more?: readonly Column<RosterWorker>[]): readonly Column<RosterWorker>[] {
  return [
    { header: "ID", cell: ({ id }) => `${id}` },
    { header: "NAME", cell: ({ name }) => name, shrinkTo: 8 },
    { header: "STATE", cell: ({ state }) => state, color: ({ state }) => stateColor(state) },
    { header: "GENERATION", cell: ({ generation }) => `${generation}` },
    { header: "RESOURCES", cell: ({ capacity }) => capacityWords(capacity, more !== undefined), shrinkTo: 12 },
    { header: "READY", cell: ({ readyAt }) => (readyAt === 0 ? "-" : ago(readyAt, now)) },
    ...(more ?? []),
    { header: "REASON", cell: ({ reason }) => reason.split("\n")[0] ?? "", wraps: true },
  ];
}

/** Costs only where there are any: hosts of one's own have none. */
function moreOf(workers: readonly RosterWorker[]): readonly Column<RosterWorker>[] {
  const costs = workers.some(({ hourlyCost }) => hourlyCost > 0);
  return [
    ...(costs ? [{ header: "$/H", cell: ({ hourlyCost }: RosterWorker) => hourlyCost.toFixed(2) }] : []),
    { header: "ADDRESS", cell: ({ host, port }) => (host === "" ? "-" : `${host}:${port}`) },
  ];
}

/** `2 cpus, 4 GB, L4:1` */
export function capacityWords(capacity: Capacity, wide: boolean): string {
  const accelerators = Object.entries(capacity.accelerators).map(([name, count]) => `${name}:${count}`);
  const disk = wide ? [`${Math.round(capacity.diskGiB)} GB disk`] : [];
  return [`${capacity.cpus} cpus`, `${Math.round(capacity.memoryGiB * 10) / 10} GB`, ...accelerators, ...disk].join(
    ", ",
  );
}

export function stateColor(state: WorkerState): Color {
  switch (state) {
    case "READY":
      return "green";
    case "FAILED":
      return "red";
    case "PROVISIONING":
    case "PREPARING":
    case "DRAINING":
      return "yellow";
  }
}
