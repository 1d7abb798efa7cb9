/** `lido jobs retry`: jobs that failed or were cancelled run once more, with their ids and the next attempt. */
import { Command } from "commander";
import { UserError } from "../../spec/errors.ts";
import type { IdRange, RetryParams, RetryResult } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { absentWords, noSuchJob } from "../no-such-job.ts";
import { type Cli, note, print } from "./cli.ts";
import { countIds, formatIds, parseIds } from "./ids.ts";
import { newestOfName } from "./named-jobs.ts";
import type { MakeCommand } from "./program.ts";

interface Flags {
  readonly failed?: boolean;
  readonly name?: string;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("retry")
    .description(
      "Runs jobs that failed or were cancelled once more, with the same ids. The logs of earlier attempts stay.",
    )
    .argument("[ids...]", "ids and ranges: 3-12,17; those of them that failed or were cancelled")
    .option("--failed", "only those that failed, not those that were cancelled")
    .option("-n, --name <name>", "jobs of this name that failed or were cancelled")
    .addHelpText("after", EXAMPLES)
    .action(async (ids: readonly string[], flags: Flags) => done(await runRetry(cli, retryParams(ids, flags))));

const EXAMPLES = `
Examples:
  lido jobs retry 3-12
  lido jobs retry --failed -n train`;

/** @throws UserError when it is not said which jobs, or twice. */
function retryParams(ids: readonly string[], { failed, name }: Flags): RetryParams {
  if (ids.length > 0 && name === undefined) return { ids: parseIds(ids), ...(failed === true ? { failed } : {}) };
  if (ids.length === 0 && name !== undefined) return { name, ...(failed === true ? { failed } : {}) };
  throw new UserError("It was not said which jobs to retry.\nGive ids like 3-12,17, or -n NAME.");
}

/** @returns 0, or 102 when some ids are not there. */
export async function runRetry(cli: Cli, params: RetryParams): Promise<number> {
  await using connection = await cli.connect();
  const result = await connection.call("retry", params);
  const { retried, others, missing } = result;
  if (retried.length === 0 && params.name !== undefined) await newestOfName(connection, params.name);
  if (retried.length === 0) throw nothingRetried(params, result);
  print(cli, `Jobs retried: ${formatIds(retried)}`);
  if (others.length > 0) note(cli, `Not retried: ${othersWords(params, others)}.`);
  if (missing.length > 0) note(cli, absentWords(formatIds(missing)));
  const gone = await goneOf(connection, retried);
  if (gone !== undefined) note(cli, `Nothing runs yet: ${gone}`);
  note(cli, `  lido jobs wait ${formatIds(retried)}  until all are over`);
  return missing.length === 0 ? 0 : 102;
}

/** Of the first one's pool: most retries are of one pool. */
async function goneOf(connection: Connection, [first]: readonly IdRange[]): Promise<string | undefined> {
  return first === undefined ? undefined : (await connection.call("show", { id: first.first })).why?.gone;
}

function nothingRetried(params: RetryParams, { others, missing }: RetryResult): UserError {
  const { name, failed } = params;
  if (name !== undefined)
    return new UserError(`No failed ${failed === true ? "" : "or cancelled "}job found with the name '${name}'.`, {
      exitCode: 8,
    });
  if (others.length === 0) return noSuchJob(formatIds(missing));
  const absent = missing.length === 0 ? "" : ` ${absentWords(formatIds(missing))}`;
  return new UserError(
    `Nothing to retry: ${othersWords(params, others)}.${absent}\n\`lido jobs queue --ranks\` shows how they stand. What succeeded is launched anew: lido jobs launch`,
    { exitCode: missing.length === 0 ? 8 : 102 },
  );
}

/** `3-5 have not failed`, `3 has neither failed nor been cancelled` */
function othersWords({ failed }: RetryParams, others: readonly IdRange[]): string {
  const has = countIds(others) === 1 ? "has" : "have";
  const what = failed === true ? `${has} not failed` : `${has} neither failed nor been cancelled`;
  return `${formatIds(others)} ${what}`;
}
