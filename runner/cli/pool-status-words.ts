/** What a person sees of pools: tables of pools and workers, and a sentence about the last change. */
import type { Capacity } from "../../worker/index.ts";
import { isOwn } from "../cordon.ts";
import type { ListedPool } from "../pools/index.ts";
import { type Cli, note, print } from "./cli.ts";
import { type PoolRun, standingOfRun } from "./pool-runs.ts";
import { printRows } from "./print-rows.ts";
import type { Column } from "./table.ts";
import { ago, duration } from "./time.ts";
import { remarkOf, type ShownWorker, shownState, stateColor } from "./worker-rows.ts";

/** Workers that are shown of one pool, unless all are asked for. */
const SHOWN = 20;

/** A pool with its workers as they are now. */
export interface ShownPool extends ListedPool {
  readonly workers: readonly ShownWorker[];
}

export interface PoolTables {
  readonly wide: boolean;
  readonly all: boolean;
}

export function printPools(cli: Cli, pools: readonly ShownPool[], { wide, all }: PoolTables): void {
  const columns = wide ? [...POOLS, ...MORE_OF_POOLS] : POOLS;
  printRows(cli, pools, { format: "table", columns, ids: () => "", empty: "No pools." });
  for (const { pool, workers } of pools) {
    print(cli, "");
    print(cli, `Workers of ${pool}`);
    const some = all ? workers : chosen(workers);
    const shown = workerColumns(cli.now(), wide ? moreOf(workers) : undefined);
    printRows(cli, some, { format: "table", columns: shown, ids: () => "", empty: "No workers." });
    const left = workers.length - some.length;
    if (left > 0) note(cli, `${left} more of ${pool}, all READY: -a shows them.`);
  }
}

/** By id; of many, first those that are not ready, since they are what one looks for. */
function chosen(workers: readonly ShownWorker[]): readonly ShownWorker[] {
  if (workers.length <= SHOWN) return workers;
  const unready = workers.filter((worker) => !isReady(worker));
  const ready = workers.filter(isReady);
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

const POOLS: readonly Column<ShownPool>[] = [
  { header: "POOL", cell: ({ pool }) => pool },
  { header: "WORKERS", cell: ({ workers, roster }) => `${countReady(workers)}/${roster.size.target}` },
  { header: "STATUS", cell: poolState, color: (pool) => (poolState(pool) === "READY" ? "green" : "yellow") },
  { header: "GENERATION", cell: generations },
  { header: "INFRA", cell: ({ roster }) => roster.infra },
  { header: "STACK", cell: ({ stack }) => stack, shrinkTo: 8 },
];

const MORE_OF_POOLS: readonly Column<ShownPool>[] = [
  { header: "SIZE", cell: ({ roster: { size } }) => (size.min === size.max ? "fixed" : `${size.min}-${size.max}`) },
];

function isReady(worker: ShownWorker): boolean {
  return shownState(worker) === "READY";
}

/** One that does not answer is not ready, whatever it was made to be. */
function countReady(workers: readonly ShownWorker[]): number {
  return workers.filter(isReady).length;
}

/** READY when nothing is missing. */
function poolState({ workers, roster }: ShownPool): string {
  const count = countReady(workers);
  if (count >= roster.size.target) return "READY";
  return count === 0 ? "NOT READY" : "DEGRADED";
}

/** `1 -> 2` while workers of generation 1 serve on beside those of generation 2, or in their place. */
function generations({ roster: { generation, workers } }: ShownPool): string {
  const serving = workers.filter(({ state }) => state === "READY" || state === "DRAINING");
  const oldest = Math.min(generation, ...serving.map((worker) => worker.generation));
  return oldest < generation ? `${oldest} -> ${generation}` : `${generation}`;
}

/** Without `more` as short as can be. */
function workerColumns(now: number, more?: readonly Column<ShownWorker>[]): readonly Column<ShownWorker>[] {
  return [
    { header: "ID", cell: ({ id }) => `${id}` },
    { header: "NAME", cell: ({ name }) => name, shrinkTo: 8 },
    { header: "STATE", cell: shownState, color: (worker) => stateColor(shownState(worker)) },
    { header: "GENERATION", cell: ({ generation }) => `${generation}` },
    { header: "RESOURCES", cell: ({ capacity }) => capacityWords(capacity, more !== undefined), shrinkTo: 12 },
    { header: "READY", cell: ({ readyAt }) => (readyAt === 0 ? "-" : ago(readyAt, now)) },
    ...(more ?? []),
    { header: "REASON", cell: (worker) => reasonOf(worker, now), wraps: true },
  ];
}

/** A worker that is READY and gets no job says that it is drained. */
function reasonOf(worker: ShownWorker, now: number): string {
  const remark = remarkOf(worker, now);
  const isDrained = remark !== "" && remark === worker.seen?.cordon && !isOwn(remark);
  return isDrained ? `drained: ${remark}` : remark;
}

/** Costs only where there are any: hosts of one's own have none. */
function moreOf(workers: readonly ShownWorker[]): readonly Column<ShownWorker>[] {
  const costs = workers.some(({ hourlyCost }) => hourlyCost > 0);
  return [
    ...(costs ? [{ header: "$/H", cell: ({ hourlyCost }: ShownWorker) => hourlyCost.toFixed(2) }] : []),
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
