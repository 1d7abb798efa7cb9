/** `lido jobs wait`: ends when the jobs are over, and says by its exit code what became of them. */
import { Command } from "commander";
import { UserError } from "../../spec/errors.ts";
import type { Counts, IdRange, WatchResult } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { type Cli, note, print } from "./cli.ts";
import { followJobs } from "./follow-jobs.ts";
import { formatIds, parseIds } from "./ids.ts";
import { detached } from "./interrupted.ts";
import { exitCodeOf, jobs, tally, tallyWords } from "./outcome.ts";
import type { MakeCommand } from "./program.ts";
import { parseDuration } from "./time.ts";

export interface WaitOptions {
  readonly ids: readonly IdRange[];
  /** Milliseconds. */
  readonly timeout?: number;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("wait")
    .description(
      "Waits until jobs are over. Exit code: 0 all succeeded, 100 one failed, 101 not over, 102 not found, 103 cancelled.",
    )
    .argument("<ids...>", "ids and ranges: 3-12,17")
    .option("--timeout <time>", "give up waiting after this time (90, 10m, 2h)", (text) =>
      parseDuration(text, "--timeout"),
    )
    .addHelpText("after", EXAMPLES)
    .action(async (ids: readonly string[], options: Omit<WaitOptions, "ids">) =>
      done(await runWait(cli, { ...options, ids: parseIds(ids) })),
    );

const EXAMPLES = `
Examples:
  lido jobs wait 3-12,17
  lido jobs wait 3-12 --timeout 10m && echo all well`;

export async function runWait(cli: Cli, options: WaitOptions): Promise<number> {
  await using connection = await cli.connect();
  const { counts, missing } = await waitFor(cli, connection, options);
  if (counts.total > 0) print(cli, `${jobs(counts.total)}: ${tallyWords(tally(counts))}.`);
  if (missing.length > 0)
    note(cli, `Not found: ${formatIds(missing)}. \`lido jobs queue\` lists the jobs that there are.`);
  return exitCodeOf(counts, missing);
}

/** The end of all jobs, or how they stood when the time was up. */
async function waitFor(cli: Cli, connection: Connection, { ids, timeout }: WaitOptions): Promise<WatchResult> {
  const interrupted = cli.interrupted();
  const late = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
  let last: Counts | undefined;
  const signal = late === undefined ? interrupted : AbortSignal.any([interrupted, late]);
  try {
    return await followJobs(cli, connection, { ids, signal, onCounts: (counts) => (last = counts) });
  } catch (error) {
    if (interrupted.aborted) throw detached([`lido jobs wait ${formatIds(ids)}`]);
    if (late?.aborted !== true) throw error;
    if (last === undefined) throw new UserError("The time was up before the controller answered.", { exitCode: 101 });
    note(cli, "The time is up; the jobs go on.");
    return { counts: last, missing: [] };
  }
}
