/** `lido pool down`: tears pools down that `lido pool apply` made. Their unfinished jobs are named, then cancelled. */
import { Command } from "commander";
import { NotFoundError, UserError } from "../../spec/errors.ts";
import { isApplied, pointedPools, readPointer } from "../../worker/pointer.ts";
import type { IdRange } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { lookUp, othersWords } from "../pools/index.ts";
import { type Cli, note, print } from "./cli.ts";
import { confirm } from "./confirm.ts";
import { followJobs } from "./follow-jobs.ts";
import { countIds, formatIds, rangesOf } from "./ids.ts";
import { Interrupted } from "./interrupted.ts";
import { yesOption } from "./options.ts";
import { jobs, UNFINISHED } from "./outcome.ts";
import { persistent } from "./persist.ts";
import { projectOf, refuseUnderWay } from "./pool-guard.ts";
import { runTask } from "./pool-run.ts";
import { forgetRun, readRun, standingOfRun } from "./pool-runs.ts";
import { untilOnlySilent } from "./pool-silent.ts";
import type { MakeCommand } from "./program.ts";

export interface PoolDownOptions {
  readonly names: readonly string[];
  readonly all?: boolean;
  readonly yes?: boolean;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("down")
    .description("Tears pools down that `lido pool apply` made; unfinished jobs of theirs are cancelled.")
    .argument("[names...]", "names of pools")
    .option("-a, --all", "all pools that `lido pool apply` made")
    .addOption(yesOption(cli))
    .addHelpText("after", "\nExamples:\n  lido pool down gpu-pool\n  lido pool down -a -y")
    .action(async (names: readonly string[], flags: Omit<PoolDownOptions, "names">) =>
      done(await runPoolDown(cli, { ...flags, names })),
    );

export async function runPoolDown(cli: Cli, options: PoolDownOptions): Promise<number> {
  const asked = await forgetUnmade(cli, options.names);
  if (options.names.length > 0 && asked.length === 0) return 0;
  const names = await poolsOf(cli, { ...options, names: asked });
  if (names.length === 0) {
    note(cli, "No pools.");
    return 0;
  }
  for (const name of names) await refuseUnderWay(cli, name);
  const unfinished = await unfinishedJobs(cli, names);
  const cancelled =
    unfinished.length === 0 ? "" : `; cancels its ${jobs(countIds(unfinished))}: ${formatIds(unfinished)}`;
  const text = `Tearing down ${names.map((name) => `'${name}'`).join(", ")}${cancelled}.`;
  await confirm(cli, { text, yes: options.yes === true, presumed: "yes", unattended: "refuse" });
  if (unfinished.length > 0) await cancelAndWait(cli, unfinished, commandFor(names));
  const task = { action: "down", pools: names } as const;
  const again = async () => commandFor(await stillThere(cli, names));
  const outcome = await runTask(cli, { task, confirm: async () => true, again, detach: false });
  if (outcome.kind === "done") for (const line of outcome.words) print(cli, line);
  return 0;
}

function commandFor(names: readonly string[]): string {
  return `lido pool down ${names.join(" ")}`;
}

async function stillThere({ home }: Cli, names: readonly string[]): Promise<readonly string[]> {
  const pointers = await Promise.all(names.map((name) => readPointer(home, name)));
  return names.filter((_, index) => pointers[index] !== undefined);
}

/** Of an apply that failed before there was a pool only its record is left. @returns the others */
async function forgetUnmade(cli: Cli, names: readonly string[]): Promise<readonly string[]> {
  const { cwd, env, home } = cli;
  const others: string[] = [];
  for (const name of names) {
    const run = await readRun(home, name);
    const isRecord = run?.action === "apply" && !["under way", "succeeded"].includes(standingOfRun(run));
    const isUnmade =
      isRecord &&
      (await readPointer(home, name)) === undefined &&
      (await lookUp(name, { cwd, env, home }).then(
        () => false,
        (error: unknown) => error instanceof NotFoundError,
      ));
    if (isUnmade) {
      await forgetRun(home, name);
      print(cli, `There is no pool '${name}'; its failed apply is forgotten.`);
    } else others.push(name);
  }
  return others;
}

async function poolsOf(cli: Cli, { names, all }: PoolDownOptions): Promise<readonly string[]> {
  if (names.length > 0 === (all === true)) {
    throw new UserError(
      "Name the pools to tear down, or give -a for all of them, not both.\n`lido pool status` lists them.",
    );
  }
  const pointers = await Promise.all(
    (all === true ? await pointedPools(cli.home) : [...new Set(names)]).map(async (name) => ({
      name,
      pointer: await readPointer(cli.home, name),
    })),
  );
  const missing = pointers.find(({ pointer }) => pointer === undefined);
  if (missing !== undefined) throw await noSuchPool(cli, missing.name);
  const foreign = pointers.find(({ pointer }) => pointer !== undefined && !isApplied(cli.home, pointer));
  if (foreign?.pointer !== undefined && all !== true) {
    throw new UserError(
      `Pool '${foreign.name}' belongs to your own Pulumi project '${projectOf(foreign.pointer)}' in ${foreign.pointer.projectDir}.\nTake it out there and run \`pulumi up\`, or run \`pulumi destroy\`.`,
      { exitCode: 8 },
    );
  }
  return pointers
    .filter(({ pointer }) => pointer !== undefined && isApplied(cli.home, pointer))
    .map(({ name }) => name);
}

async function noSuchPool({ home }: Cli, name: string): Promise<NotFoundError> {
  return new NotFoundError(`There is no pool '${name}'.\n${othersWords(name, await pointedPools(home))}`);
}

async function unfinishedJobs(cli: Cli, pools: readonly string[]): Promise<readonly IdRange[]> {
  await using connection = await cli.connect();
  const ids: number[] = [];
  for (const pool of pools) ids.push(...(await unfinishedOf(connection, pool)));
  return rangesOf(ids);
}

async function unfinishedOf(connection: Connection, pool: string): Promise<readonly number[]> {
  const ids: number[] = [];
  let before: number | undefined;
  do {
    const page = { pool, statuses: UNFINISHED, limit: 1000, ...(before === undefined ? {} : { before }) };
    const { rows, next } = await connection.call("queue", page);
    ids.push(...rows.map(({ id }) => id));
    before = next;
  } while (before !== undefined);
  return ids;
}

async function cancelAndWait(cli: Cli, ids: readonly IdRange[], again: string): Promise<void> {
  const signal = cli.interrupted();
  try {
    await using controller = persistent(cli);
    const connection = await controller.connection();
    await connection.call("cancel", { ids });
    using silence = untilOnlySilent(connection, ids);
    await followJobs(cli, controller, { ids, signal: AbortSignal.any([signal, silence.signal]) }).catch((error) => {
      if (signal.aborted || !silence.signal.aborted) throw error;
      note(cli, silence.words());
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Interrupted(`\nThe jobs are being cancelled; the pool is as it was. To go on:\n  ${again}`);
  }
}
