/** `lido pool logs`: what the setup of a pool's workers prints, while it runs or afterwards; of failed workers too. */
import { Command } from "commander";
import { NotFoundError, UserError } from "../../spec/errors.ts";
import type { RosterWorker } from "../../worker/index.ts";
import { ConnectionError } from "../../worker/index.ts";
import { lookUp } from "../pools/index.ts";
import { type Cli, note } from "./cli.ts";
import { Interrupted } from "./interrupted.ts";
import { wholeNumber } from "./options.ts";
import { lineWriter, prefixed } from "./pool-log-lines.ts";
import { PoolSetups, type SetupEnd } from "./pool-log-read.ts";
import { NewestRoster } from "./pool-roster.ts";
import { readRun, standingOfRun } from "./pool-runs.ts";
import type { MakeCommand } from "./program.ts";

export interface PoolLogsOptions {
  readonly pool: string;
  /** An id or a name; all of them unless told. */
  readonly worker?: string;
  readonly follow: boolean;
  readonly tail?: number;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("logs")
    .description("Prints what the setup of a pool's workers says, and follows it until each is ready or has failed.")
    .argument("<pool>", "name of the pool")
    .argument("[worker]", "id or name of one worker (default: all, each line with its worker's name)")
    .option("--no-follow", "only what is there now")
    .option("--tail <n>", "only the last n lines of what is there", wholeNumber("--tail", 0))
    .addHelpText("after", EXAMPLES)
    .action(async (pool: string, worker: string | undefined, flags: Pick<PoolLogsOptions, "follow" | "tail">) =>
      done(await runPoolLogs(cli, { ...flags, pool, ...(worker === undefined ? {} : { worker }) })),
    );

const EXAMPLES = `
Examples:
  lido pool logs gpu-pool
  lido pool logs gpu-pool 3 --no-follow --tail 20`;

/** @returns 0, or 100 when a setup that was followed failed, or 5 when a worker could not be asked */
export async function runPoolLogs(cli: Cli, options: PoolLogsOptions): Promise<number> {
  const signal = cli.interrupted();
  try {
    const rosters = await rostersOf(cli, options, signal);
    const chosen = options.worker === undefined ? undefined : await oneWorker(rosters, options);
    const isUnderWay = () => isChanging(cli, options.pool);
    const setups = await PoolSetups.open(rosters, { ...options, signal, isUnderWay });
    return chosen === undefined
      ? await tellAll(cli, setups, options)
      : await tellOne(cli, setups, { pool: options.pool, worker: chosen });
  } catch (error) {
    if (!signal.aborted) throw error;
    const again = ["lido pool logs", options.pool, options.worker ?? ""].join(" ").trim();
    throw new Interrupted(`\nNo longer followed: the setup goes on. Come back with:\n  ${again}`);
  }
}

/** While an apply begins, nobody knows the pool yet: it is waited for. @throws NotFoundError */
async function rostersOf(cli: Cli, { pool, follow }: PoolLogsOptions, signal: AbortSignal): Promise<NewestRoster> {
  const { cwd, env, home } = cli;
  for (;;) {
    const begins = follow && (await isChanging(cli, pool));
    try {
      const found = await lookUp(pool, { cwd, env, home, report: (line) => note(cli, line) });
      return new NewestRoster(home, found.roster, signal);
    } catch (error) {
      if (!begins || !(error instanceof NotFoundError)) throw error;
      await NewestRoster.pause(signal);
    }
  }
}

/** By `lido pool apply` or `down` on this computer. */
async function isChanging(cli: Cli, pool: string): Promise<boolean> {
  const run = await readRun(cli.home, pool);
  return run !== undefined && standingOfRun(run) === "under way";
}

async function oneWorker(rosters: NewestRoster, { pool, worker }: PoolLogsOptions): Promise<RosterWorker> {
  const { workers } = await rosters.read();
  const found = workers.find(({ id, name }) => `${id}` === worker || name === worker);
  if (found !== undefined) return found;
  const there = workers.length === 0 ? "It has none now" : `It has: ${workers.map(({ id }) => id).join(", ")}`;
  throw new NotFoundError(
    `Pool '${pool}' has no worker '${worker}'. ${there}.\n\`lido pool status ${pool}\` lists them.`,
  );
}

interface One {
  readonly pool: string;
  readonly worker: RosterWorker;
}

async function tellOne(cli: Cli, setups: PoolSetups, { pool, worker }: One): Promise<number> {
  const end = await setups
    .read(worker, (chunk) => void cli.stdout.write(chunk))
    .catch((cause: unknown) => {
      if (!(cause instanceof ConnectionError) || worker.host === "") throw cause;
      throw new UserError(`${cause.message}\n${remedy(pool)}`, { exitCode: 5, cause });
    });
  return tellEnds(cli, [end]);
}

async function tellAll(cli: Cli, setups: PoolSetups, { follow, pool }: PoolLogsOptions): Promise<number> {
  const write = (worker: RosterWorker) => lineWriter(prefixed(cli, worker.name));
  const ends = follow ? await setups.followAll(write) : await setups.printAll(write);
  if (ends.length === 0) note(cli, "No workers.");
  const code = tellEnds(cli, ends);
  if (ends.some(({ kind }) => kind === "unreachable")) note(cli, remedy(pool));
  return code;
}

function remedy(pool: string): string {
  return `What to do: lido doctor -p ${pool}`;
}

function tellEnds(cli: Cli, ends: readonly SetupEnd[]): number {
  for (const { worker, words } of ends) if (words !== "") note(cli, `${worker.name}: ${words}`);
  if (ends.some(({ kind }) => kind === "failed")) return 100;
  return ends.some(({ kind }) => kind === "unreachable") ? 5 : 0;
}
