/** `lido pool status`: pools and their workers, as the stacks hold them. */
import { Command } from "commander";
import type { RosterWorker, WorkerState } from "../../worker/index.ts";
import { type ListedPool, listPools } from "../pools/index.ts";
import { type Cli, note, print } from "./cli.ts";
import type { Color } from "./colors.ts";
import { outputOption } from "./options.ts";
import { type Format, printRows } from "./print-rows.ts";
import type { MakeCommand } from "./program.ts";
import type { Column } from "./table.ts";
import { ago } from "./time.ts";

export interface PoolStatusOptions {
  readonly names: readonly string[];
  readonly output: Format;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("status")
    .description("Shows pools and their workers: those of the Pulumi project here, and those used before.")
    .argument("[names...]", "names of pools (default: all)")
    .addOption(outputOption())
    .addHelpText("after", "\nExamples:\n  lido pool status\n  lido pool status gpu-pool -o json")
    .action(async (names: readonly string[], flags: Omit<PoolStatusOptions, "names">) =>
      done(await runPoolStatus(cli, { ...flags, names })),
    );

type FoundPool = Extract<ListedPool, { kind: "found" }>;

export async function runPoolStatus(cli: Cli, { names, output }: PoolStatusOptions): Promise<number> {
  const { cwd, env, home } = cli;
  const listed = await listPools(names, { cwd, env, home, report: (line) => note(cli, line) });
  const pools = listed.filter((pool) => pool.kind === "found");
  if (output === "table") printPools(cli, pools);
  else {
    const rows = pools.map(({ stack, roster }) => ({ stack, ...roster }));
    printRows(cli, rows, {
      format: output,
      columns: [],
      ids: (all) => all.map(({ pool }) => pool).join("\n"),
      empty: "",
    });
  }
  for (const pool of listed) if (pool.kind === "lost") note(cli, `Not shown: '${pool.pool}'. ${pool.why}`);
  return 0;
}

function printPools(cli: Cli, pools: readonly FoundPool[]): void {
  printRows(cli, pools, { format: "table", columns: POOLS, ids: () => "", empty: "No pools." });
  for (const { roster } of pools) {
    print(cli, "");
    print(cli, `Workers of ${roster.pool}`);
    const columns = workerColumns(cli.now());
    printRows(cli, roster.workers, { format: "table", columns, ids: () => "", empty: "No workers." });
  }
}

const POOLS: readonly Column<FoundPool>[] = [
  { header: "POOL", cell: ({ pool }) => pool },
  { header: "WORKERS", cell: ({ roster }) => `${ready(roster.workers)}/${roster.size.target}` },
  { header: "STATUS", cell: poolState, color: (pool) => (poolState(pool) === "READY" ? "green" : "yellow") },
  { header: "GENERATION", cell: ({ roster }) => `${roster.generation}` },
  { header: "INFRA", cell: ({ roster }) => roster.infra },
  { header: "STACK", cell: ({ stack }) => stack, shrinkTo: 8 },
];

function ready(workers: readonly RosterWorker[]): number {
  return workers.filter(({ state }) => state === "READY").length;
}

/** READY when nothing is missing. */
function poolState({ roster }: FoundPool): string {
  const count = ready(roster.workers);
  if (count >= roster.size.target) return "READY";
  return count === 0 ? "NOT READY" : "DEGRADED";
}

function workerColumns(now: number): readonly Column<RosterWorker>[] {
  return [
    { header: "ID", cell: ({ id }) => `${id}` },
    { header: "NAME", cell: ({ name }) => name, shrinkTo: 8 },
    { header: "STATE", cell: ({ state }) => state, color: ({ state }) => stateColor(state) },
    { header: "GENERATION", cell: ({ generation }) => `${generation}` },
    { header: "RESOURCES", cell: resources },
    { header: "READY", cell: ({ readyAt }) => (readyAt === 0 ? "-" : ago(readyAt, now)) },
    { header: "REASON", cell: ({ reason }) => reason.split("\n")[0] ?? "", shrinkTo: 6 },
  ];
}

/** `2 cpus, 4 GB, L4:1` */
function resources({ capacity }: RosterWorker): string {
  const accelerators = Object.entries(capacity.accelerators).map(([name, count]) => `${name}:${count}`);
  return [`${capacity.cpus} cpus`, `${Math.round(capacity.memoryGiB * 10) / 10} GB`, ...accelerators].join(", ");
}

function stateColor(state: WorkerState): Color {
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
