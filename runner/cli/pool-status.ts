/** `lido pool status`: pools and their workers as they are known now, and what `lido pool apply` and `down` do with them. */
import { Command } from "commander";
import type { Roster } from "../../worker/index.ts";
import { isApplied, readPointer } from "../../worker/pointer.ts";
import { type ListedPool, listPools } from "../pools/index.ts";
import { type Cli, note } from "./cli.ts";
import { collect, outputOption } from "./options.ts";
import { type PoolRun, readRuns } from "./pool-runs.ts";
import { printPools, runWords, type ShownPool } from "./pool-status-words.ts";
import { type Format, isForPeople, printRows } from "./print-rows.ts";
import type { MakeCommand } from "./program.ts";
import { type ShownWorker, shownWorkers, UNSEEN } from "./worker-rows.ts";

export interface PoolStatusOptions {
  readonly names: readonly string[];
  readonly output: Format;
  readonly verbose?: boolean;
  readonly all?: boolean;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("status")
    .description("Shows pools and their workers: of the Pulumi project here, those used before, those made here.")
    .argument("[names...]", "names of pools (default: all)")
    .option("-p, --pool <name>", "the same as a name", collect)
    .option("-v", "more of each worker, as -o wide")
    .option("-a, --all", "all workers; else of a large pool those that are not ready come first, 20 in all")
    .addOption(outputOption())
    .addHelpText("after", "\nExamples:\n  lido pool status\n  lido pool status gpu-pool -o json")
    .action(async (names: readonly string[], { v, pool = [], ...flags }: Flags) =>
      done(
        await runPoolStatus(cli, { ...flags, names: [...names, ...pool], ...(v === true ? { verbose: true } : {}) }),
      ),
    );

interface Flags extends Omit<PoolStatusOptions, "names"> {
  readonly v?: boolean;
  readonly pool?: readonly string[];
}

export async function runPoolStatus(cli: Cli, options: PoolStatusOptions): Promise<number> {
  const { cwd, env, home } = cli;
  const { names } = options;
  const runs = (await readRuns(home)).filter(({ pool }) => names.length === 0 || names.includes(pool));
  // A pool whose first apply is just beginning is told by that alone.
  const listed = await listPools(names, {
    cwd,
    env,
    home,
    report: (line) => note(cli, line),
    mayBeMissing: runs.map(({ pool }) => pool),
  });
  const found = listed.filter((pool) => pool.kind === "found");
  const { workers, isSeen } = await shownWorkers(
    cli,
    found.map(({ roster }) => roster),
  );
  print(cli, withWorkers(found, workers), { ...options, runs });
  if (!isSeen && isForPeople(options.output)) note(cli, UNSEEN);
  for (const pool of listed) {
    const isTold = runs.some((run) => run.pool === pool.pool);
    if (pool.kind === "lost" && !isTold) note(cli, `Not shown: '${pool.pool}'. ${pool.why}`);
    if (pool.kind === "found" && !pool.inState && !isTold) note(cli, await unsaved(cli, pool));
  }
  for (const run of runs) for (const line of runWords(run, cli.now())) note(cli, line);
  return 0;
}

function withWorkers(pools: readonly ListedPool[], all: readonly ShownWorker[]): readonly ShownPool[] {
  const byPool = Map.groupBy(all, ({ pool }) => pool);
  return pools.map((pool) => ({ ...pool, workers: byPool.get(pool.pool) ?? [] }));
}

type Shown = PoolStatusOptions & { readonly runs: readonly PoolRun[] };

function print(cli: Cli, pools: readonly ShownPool[], options: Shown): void {
  const { output, runs } = options;
  if (isForPeople(output)) {
    const isTold = pools.length === 0 && runs.length > 0;
    if (!isTold)
      printPools(cli, pools, { wide: options.verbose === true || output === "wide", all: options.all === true });
    return;
  }
  const rows = pools.map(({ stack, roster, workers }) => {
    const run = runs.find(({ pool }) => pool === roster.pool);
    return {
      stack,
      ...roster,
      workers: workers.map(withoutPool),
      ...(run === undefined ? {} : { run }),
    };
  });
  const ids = (all: readonly Roster[]): string => all.map(({ pool }) => pool).join("\n");
  printRows(cli, rows, { format: output, columns: [], ids, empty: "" });
}

function withoutPool(worker: ShownWorker): Omit<ShownWorker, "pool"> {
  const { pool: _, ...rest } = worker;
  return rest;
}

async function unsaved({ home }: Cli, { pool, stack }: ListedPool): Promise<string> {
  const pointer = await readPointer(home, pool);
  const first = pointer !== undefined && isApplied(home, pointer) ? `lido pool apply -p ${pool}` : "pulumi up";
  return `${pool}: not in the state of ${stack} yet: its first \`${first}\` runs, or was cut off. Give it again to finish it.`;
}
