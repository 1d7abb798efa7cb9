/** `lido pool down`: tears pools down that `lido pool apply` made. Their unfinished jobs are named, then cancelled. */
import { Command } from "commander";
import { UserError } from "../../spec/errors.ts";
import { pointedPools, readPointer } from "../../worker/pointer.ts";
import type { IdRange, JobStatus } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { type Cli, note, print } from "./cli.ts";
import { confirm } from "./confirm.ts";
import { followJobs } from "./follow-jobs.ts";
import { countIds, formatIds, rangesOf } from "./ids.ts";
import { Interrupted } from "./interrupted.ts";
import { yesOption } from "./options.ts";
import { jobs } from "./outcome.ts";
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
    .addOption(yesOption())
    .addHelpText("after", "\nExamples:\n  lido pool down gpu-pool\n  lido pool down -a -y")
    .action(async (names: readonly string[], flags: Omit<PoolDownOptions, "names">) =>
      done(await runPoolDown(cli, { ...flags, names })),
    );

export async function runPoolDown(cli: Cli, options: PoolDownOptions): Promise<number> {
  const names = await poolsOf(cli, options);
  if (names.length === 0) {
    note(cli, "No pools.");
    return 0;
  }
  const unfinished = await unfinishedJobs(cli, names);
  const cancelled =
    unfinished.length === 0 ? "" : `; cancels its ${jobs(countIds(unfinished))}: ${formatIds(unfinished)}`;
  const text = `Tearing down ${names.map((name) => `'${name}'`).join(", ")}${cancelled}.`;
  await confirm(cli, { text, yes: options.yes === true, presumed: "yes", unattended: "refuse" });
  const signal = cli.interrupted();
  try {
    if (unfinished.length > 0) await cancelAndWait(cli, unfinished, signal);
    const { downPool } = await import("../../provider/index.ts");
    await downPool({ names, report: (line) => note(cli, line), signal });
  } catch (error) {
    if (signal.aborted) throw new Interrupted("Stopped before it was done. Give the command again to finish it.");
    throw error;
  }
  for (const name of names) print(cli, `Pool '${name}' is down.`);
  return 0;
}

/** Pulumi's project of the pools that `lido pool apply` makes. */
const OURS = /^organization\/lido\//;

async function poolsOf(cli: Cli, { names, all }: PoolDownOptions): Promise<readonly string[]> {
  if (names.length > 0 === (all === true)) {
    throw new UserError(
      "Name the pools to tear down, or give -a for all of them, not both.\n`lido pool status` lists them.",
    );
  }
  const pointers = await Promise.all(
    (all === true ? await pointedPools(cli.home) : names).map(async (name) => ({
      name,
      pointer: await readPointer(cli.home, name),
    })),
  );
  const foreign = pointers.find(({ pointer }) => pointer !== undefined && !OURS.test(pointer.stack));
  if (foreign?.pointer !== undefined && all !== true) {
    throw new UserError(
      `Pool '${foreign.name}' belongs to a Pulumi program of yours, in ${foreign.pointer.projectDir}.\nTake it out there and run \`pulumi up\`, or run \`pulumi destroy\`.`,
      { exitCode: 8 },
    );
  }
  return pointers.filter(({ pointer }) => pointer === undefined || OURS.test(pointer.stack)).map(({ name }) => name);
}

const UNFINISHED: readonly JobStatus[] = ["PENDING", "STARTING", "RUNNING", "RECOVERING", "CANCELLING"];

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

async function cancelAndWait(cli: Cli, ids: readonly IdRange[], signal: AbortSignal): Promise<void> {
  await using connection = await cli.connect();
  await connection.call("cancel", { ids });
  await followJobs(cli, connection, { ids, signal });
}
