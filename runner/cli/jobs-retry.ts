/** `lido jobs retry`: jobs that failed run once more, with their ids and the next attempt. */
import { Command } from "commander";
import { NotFoundError, UserError } from "../../spec/errors.ts";
import type { RetryParams, RetryResult } from "../api.ts";
import { type Cli, note, print } from "./cli.ts";
import { formatIds, parseIds } from "./ids.ts";
import type { MakeCommand } from "./program.ts";

interface Flags {
  readonly failed?: boolean;
  readonly name?: string;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("retry")
    .description("Runs jobs that failed once more, with the same ids. The logs of earlier attempts stay.")
    .argument("[ids...]", "ids and ranges: 3-12,17; those of them that failed")
    .option("--failed", "with -n: all that failed")
    .option("-n, --name <name>", "jobs of this name")
    .addHelpText("after", EXAMPLES)
    .action(async (ids: readonly string[], flags: Flags) => done(await runRetry(cli, retryParams(ids, flags))));

const EXAMPLES = `
Examples:
  lido jobs retry 3-12
  lido jobs retry --failed -n train`;

/** @throws UserError when it is not said which jobs, or twice. */
function retryParams(ids: readonly string[], { failed, name }: Flags): RetryParams {
  if (ids.length > 0 && name === undefined) return { ids: parseIds(ids) };
  if (ids.length === 0 && name !== undefined && failed === true) return { name };
  throw new UserError("It was not said which jobs to retry.\nGive ids like 3-12,17, or --failed -n NAME.");
}

/** @returns 0, or 102 when some ids are not there. */
export async function runRetry(cli: Cli, params: RetryParams): Promise<number> {
  await using connection = await cli.connect();
  const result = await connection.call("retry", params);
  const { retried, notFailed, missing } = result;
  if (retried.length === 0) throw nothingRetried(params, result);
  print(cli, `Jobs retried: ${formatIds(retried)}`);
  if (notFailed.length > 0) note(cli, `Not failed: ${formatIds(notFailed)}`);
  if (missing.length > 0) note(cli, `Not found: ${formatIds(missing)}`);
  note(cli, `  lido jobs wait ${formatIds(retried)}  until all are over`);
  return missing.length === 0 ? 0 : 102;
}

function nothingRetried({ name }: RetryParams, { notFailed, missing }: RetryResult): UserError {
  if (name !== undefined) return new UserError(`No failed job found with the name '${name}'.`, { exitCode: 8 });
  if (notFailed.length === 0)
    return new NotFoundError(
      `There is no job ${formatIds(missing)}.\n\`lido jobs queue\` lists the jobs that there are.`,
    );
  return new UserError(
    `None of ${formatIds(notFailed)} has failed, so there is nothing to retry.\n\`lido jobs queue --ranks\` shows how they stand.`,
    { exitCode: 8 },
  );
}
