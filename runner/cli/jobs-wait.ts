/** `lido jobs wait`: ends when the jobs are over, and says by its exit code what became of them. */
import { Command } from "commander";
import { UserError } from "../../spec/errors.ts";
import type { Counts, IdRange, WatchResult } from "../api.ts";
import { subtract } from "../core/ranges.ts";
import { absentWords, noSuchJob } from "../no-such-job.ts";
import { type Cli, note, print } from "./cli.ts";
import { followJobs } from "./follow-jobs.ts";
import { countIds, formatIds } from "./ids.ts";
import { detached } from "./interrupted.ts";
import { idsOfName } from "./named-jobs.ts";
import { exitCodeOf, finished, jobs, tally, tallyWords } from "./outcome.ts";
import { type Persistent, persistent } from "./persist.ts";
import type { MakeCommand } from "./program.ts";
import { newestId } from "./queue-read.ts";
import { parseDuration } from "./time.ts";
import { whichJobs } from "./which-jobs.ts";

export interface WaitOptions {
  /** Ids, or a name. */
  readonly which: readonly IdRange[] | string;
  /** Milliseconds. */
  readonly timeout?: number;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("wait")
    .description(
      "Waits until jobs are over. Exit code: 0 all succeeded, 100 one failed, 101 not over, 102 not found, 103 cancelled.",
    )
    .argument("[ids...]", "ids and ranges: 3-12,17")
    .option("-n, --name <name>", "jobs of this name that are not over, else the newest launch of that name")
    .option("--timeout <time>", "give up waiting after this time (90, 10m, 2h)", (text) =>
      parseDuration(text, "--timeout"),
    )
    .addHelpText("after", EXAMPLES)
    .action(async (ids: readonly string[], { name, ...options }: Flags) =>
      done(await runWait(cli, { ...options, which: whichJobs(ids, name, "to wait for") })),
    );

interface Flags extends Omit<WaitOptions, "which"> {
  readonly name?: string;
}

const EXAMPLES = `
Examples:
  lido jobs wait 3-12,17
  lido jobs wait -n train --timeout 10m && echo all well`;

export async function runWait(cli: Cli, options: WaitOptions): Promise<number> {
  await using controller = persistent(cli);
  const { which, timeout } = options;
  const ids =
    typeof which === "string" ? await controller.persist((connection) => idsOfName(connection, which)) : which;
  const { counts, missing } = await waitFor(cli, controller, { ids, ...(timeout === undefined ? {} : { timeout }) });
  if (counts.total > 0) print(cli, `${jobs(counts.total)}: ${tallyWords(tally(counts))}.`);
  else throw noSuchJob(formatIds(missing));
  if (missing.length > 0) note(cli, absentWords(formatIds(missing)));
  return exitCodeOf(counts, missing);
}

interface Waiting {
  readonly ids: readonly IdRange[];
  readonly timeout?: number;
}

/** The end of all jobs, or how they stood when the time was up. */
async function waitFor(cli: Cli, controller: Persistent, { ids, timeout }: Waiting): Promise<WatchResult> {
  const interrupted = cli.interrupted();
  using late = deadline(timeout);
  const signal = AbortSignal.any([interrupted, late.signal]);
  try {
    return await followJobs(cli, controller, { ids, signal, onCounts: late.heard });
  } catch (error) {
    if (interrupted.aborted) throw detached([`lido jobs wait ${formatIds(ids)}`]);
    if (!late.signal.aborted) throw error;
    const counts = late.last();
    if (counts === undefined) throw new UserError("The controller did not answer in time.", { exitCode: 101 });
    note(cli, "The time is up; the jobs were left as they are.");
    if (counts.total === countIds(ids)) return { counts, missing: [] };
    return { counts, missing: subtract(ids, [{ first: 1, last: await controller.persist(newestId) }]) };
  }
}

/** However short the time is, how the jobs stand is heard first. */
const ANSWER_MS = 5_000;
/** The longest that a timer of Node knows: 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

interface Deadline extends Disposable {
  /** Aborts when the time is up, unless all jobs are over: then their result is on its way. */
  readonly signal: AbortSignal;
  readonly heard: (counts: Counts) => void;
  readonly last: () => Counts | undefined;
}

function deadline(timeout: number | undefined): Deadline {
  const late = new AbortController();
  let last: Counts | undefined;
  let isUp = false;
  const judge = (): void => {
    if (isUp && last !== undefined && finished(tally(last)) < last.total) late.abort();
  };
  const up = (): void => {
    isUp = true;
    judge();
  };
  const after = (act: () => void, ms: number) => setTimeout(act, Math.min(ms, LONGEST_MS));
  const timers =
    timeout === undefined ? [] : [after(up, timeout), after(() => late.abort(), Math.max(timeout, ANSWER_MS))];
  return {
    signal: late.signal,
    heard: (counts) => {
      last = counts;
      judge();
    },
    last: () => last,
    [Symbol.dispose]: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
