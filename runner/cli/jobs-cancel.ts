/** `lido jobs cancel`: ends jobs by id, by name, by pool, or all of them. */
import { Command } from "commander";
import { UserError } from "../../spec/errors.ts";
import type { CancelParams, CancelResult, IdRange, JobRow } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { subtract } from "../core/ranges.ts";
import { absentWords, noSuchJob } from "../no-such-job.ts";
import { type Cli, note, print } from "./cli.ts";
import { canAsk, confirm, refuseUnattended } from "./confirm.ts";
import { formatIds, parseIds, rangesOf } from "./ids.ts";
import { expectPool } from "./known-pool.ts";
import { newestOfName } from "./named-jobs.ts";
import { yesOption } from "./options.ts";
import { UNFINISHED } from "./outcome.ts";
import { silentOf } from "./pool-silent.ts";
import type { MakeCommand } from "./program.ts";
import { readSubmissions } from "./queue-read.ts";

/** Which jobs: exactly one way of saying it. */
export type CancelTarget =
  | { readonly kind: "ids"; readonly ids: readonly IdRange[] }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "pool"; readonly pool: string }
  | { readonly kind: "all" };

export interface CancelOptions {
  readonly target: CancelTarget;
  readonly yes: boolean;
  readonly reason?: string;
}

interface Flags {
  readonly name?: string;
  readonly pool?: string;
  readonly all?: boolean;
  readonly reason?: string;
  readonly yes?: boolean;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("cancel")
    .description("Cancels jobs, pending and running ones.")
    .argument("[ids...]", "ids and ranges: 3-12,17")
    .option("-n, --name <name>", "jobs of this name")
    .option("-p, --pool <name>", "jobs of this pool")
    .option("-a, --all", "all jobs")
    .option("--reason <text>", "what the jobs say afterwards")
    .addOption(yesOption(cli))
    .addHelpText("after", EXAMPLES)
    .action(async (ids: readonly string[], flags: Flags) => done(await runCancel(cli, optionsOf(ids, flags))));

const EXAMPLES = `
Examples:
  lido jobs cancel 3-12,17
  lido jobs cancel -p gpu-pool --reason "wrong data" -y`;

function optionsOf(ids: readonly string[], flags: Flags): CancelOptions {
  const { reason, yes = false } = flags;
  return { target: targetOf(ids, flags), yes, ...(reason === undefined ? {} : { reason }) };
}

function targetOf(ids: readonly string[], flags: Flags): CancelTarget {
  const ways: readonly (CancelTarget | undefined)[] = [
    ids.length === 0 ? undefined : { kind: "ids", ids: parseIds(ids) },
    flags.name === undefined ? undefined : { kind: "name", name: flags.name },
    flags.pool === undefined ? undefined : { kind: "pool", pool: flags.pool },
    flags.all === true ? { kind: "all" } : undefined,
  ];
  const [target, ...more] = ways.filter((way) => way !== undefined);
  if (target !== undefined && more.length === 0) return target;
  throw new UserError(
    `${target === undefined ? "It was not said which jobs to cancel." : "More than one way to name jobs was given."}\nGive one of: ids like 3-12, -n NAME, -p POOL, or -a for all jobs.`,
  );
}

export async function runCancel(cli: Cli, { target, yes, reason }: CancelOptions): Promise<number> {
  if (!yes && target.kind !== "ids") refuseUnattended(cli, `Cancelling ${targetWords(target)}.`);
  await using connection = await cli.connect();
  if (!yes && canAsk(cli)) await askFirst(cli, connection, target);
  const result = await connection.call("cancel", { ...paramsOf(target), ...(reason === undefined ? {} : { reason }) });
  if (result.cancelled.length === 0) await expectTarget(cli, connection, target);
  return report(cli, target, { ...result, silent: await silentJobs(connection, result.cancelled) });
}

/** Of what was cancelled just now, those that nobody can say to have ended. */
async function silentJobs(connection: Connection, ids: readonly IdRange[]): Promise<readonly JobRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await connection.call("queue", { ids, statuses: ["CANCELLING"], limit: 1_000 });
  return await silentOf(connection, rows);
}

/** Where nothing goes on there is nothing to ask. @throws UserError when the answer is no */
async function askFirst(cli: Cli, connection: Connection, target: CancelTarget): Promise<void> {
  if (!(await goesOn(connection, target))) return;
  const text = `Cancelling ${targetWords(target)}.`;
  await confirm(cli, { text, yes: false, presumed: "yes", unattended: "go on" });
}

async function goesOn(connection: Connection, target: CancelTarget): Promise<boolean> {
  if (target.kind === "ids") {
    const { rows } = await connection.call("queue", { ids: target.ids, statuses: UNFINISHED, limit: 1 });
    return rows.length > 0;
  }
  const which = target.kind === "all" ? {} : paramsOf(target);
  const { rows } = await readSubmissions(connection, { ...which, unfinished: true, limit: 1 });
  return rows.length > 0;
}

/** @throws NotFoundError, NoSuchJobError when nobody ever heard of that pool or name */
async function expectTarget(cli: Cli, connection: Connection, target: CancelTarget): Promise<void> {
  if (target.kind === "pool") await expectPool(cli, target.pool);
  if (target.kind === "name") await newestOfName(connection, target.name);
}

function targetWords(target: CancelTarget): string {
  switch (target.kind) {
    case "ids":
      return `jobs with IDs ${formatIds(target.ids)}`;
    case "name":
      return `all jobs named '${target.name}'`;
    case "pool":
      return `all jobs of pool '${target.pool}'`;
    case "all":
      return "all jobs of all pools";
  }
}

function paramsOf(target: CancelTarget): CancelParams {
  switch (target.kind) {
    case "ids":
      return { ids: target.ids };
    case "name":
      return { name: target.name };
    case "pool":
      return { pool: target.pool };
    case "all":
      return { all: true };
  }
}

interface Report extends CancelResult {
  readonly silent: readonly JobRow[];
}

function report(cli: Cli, target: CancelTarget, { cancelled, alreadyOver, missing, silent }: Report): number {
  const requested = rangesOf(silent.map(({ id }) => id));
  const sure = subtract(cancelled, requested);
  if (sure.length > 0) print(cli, `Jobs cancelled: ${formatIds(sure)}`);
  if (silent.length > 0) sayRequested(cli, silent);
  if (cancelled.length === 0) {
    if (target.kind === "ids" && alreadyOver.length === 0) throw noSuchJob(formatIds(missing));
    note(cli, nothingWords(target));
  }
  if (target.kind === "ids" && alreadyOver.length > 0) note(cli, `Already over: ${formatIds(alreadyOver)}`);
  if (missing.length === 0) return 0;
  note(cli, absentWords(formatIds(missing)));
  return 102;
}

function sayRequested(cli: Cli, silent: readonly JobRow[]): void {
  print(cli, `Cancel requested: ${formatIds(rangesOf(silent.map(({ id }) => id)))}`);
  note(cli, "The workers of these do not answer: a job there is ended when its worker answers again.");
  for (const pool of new Set(silent.map((row) => row.pool))) note(cli, `  lido doctor -p ${pool}  says what to do`);
}

function nothingWords(target: CancelTarget): string {
  switch (target.kind) {
    case "ids":
      return "Nothing to cancel.";
    case "name":
      return `No running job found with the name '${target.name}'.`;
    case "pool":
      return `No running job found in pool '${target.pool}'.`;
    case "all":
      return "No running job found.";
  }
}
