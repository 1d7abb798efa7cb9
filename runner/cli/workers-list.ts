/** `lido workers list`: the workers of all pools, or of one, and what each does. */
import { Command } from "commander";
import { type Cli, note } from "./cli.ts";
import { outputOption } from "./options.ts";
import { capacityWords } from "./pool-status-words.ts";
import { type Format, isForPeople, printRows } from "./print-rows.ts";
import type { MakeCommand } from "./program.ts";
import type { Column } from "./table.ts";
import { ago } from "./time.ts";
import { poolsOf } from "./worker-find.ts";
import { doingWords, remarkOf, type ShownWorker, shownState, shownWorkers, stateColor, UNSEEN } from "./worker-rows.ts";

export interface WorkersListOptions {
  readonly pool?: string;
  readonly output: Format;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("list")
    .description("Lists workers, and what each does now.")
    .option("-p, --pool <name>", "only of this pool")
    .addOption(outputOption())
    .addHelpText("after", "\nExamples:\n  lido workers list -p gpu-pool\n  lido workers list -o wide")
    .action(async (options: WorkersListOptions) => done(await runWorkersList(cli, options)));

/** @throws NotFoundError for a pool that there is not */
export async function runWorkersList(cli: Cli, { pool, output }: WorkersListOptions): Promise<number> {
  const pools = await poolsOf(cli, pool);
  const rosters = pools.map(({ roster }) => roster);
  const { workers: rows, isSeen } = await shownWorkers(cli, rosters);
  const ids = (all: readonly ShownWorker[]): string => all.map(({ name }) => name).join("\n");
  printRows(cli, rows, { format: output, columns: columnsAt(cli.now()), ids, empty: "No workers." });
  if (!isSeen && isForPeople(output)) note(cli, UNSEEN);
  return 0;
}

function columnsAt(now: number): readonly Column<ShownWorker>[] {
  return [
    { header: "POOL", cell: ({ pool }) => pool, shrinkTo: 8 },
    { header: "ID", cell: ({ id }) => `${id}` },
    { header: "NAME", cell: ({ name }) => name, shrinkTo: 8 },
    { header: "STATE", cell: shownState, color: (worker) => stateColor(shownState(worker)) },
    { header: "DOES", cell: doingWords },
    { header: "GENERATION", cell: ({ generation }) => `${generation}`, wide: true },
    { header: "RESOURCES", cell: ({ capacity }) => capacityWords(capacity, true), wide: true },
    { header: "ADDRESS", cell: ({ host, port }) => (host === "" ? "-" : `${host}:${port}`), wide: true },
    { header: "READY", cell: ({ readyAt }) => (readyAt === 0 ? "-" : ago(readyAt, now)) },
    { header: "REASON", cell: (worker) => remarkOf(worker, now), wraps: true },
  ];
}
