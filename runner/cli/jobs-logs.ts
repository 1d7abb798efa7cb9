/** `lido jobs logs`: the log of one job, or those of several with a prefix a line. */
import { resolve } from "node:path";
import { Command } from "commander";
import { UserError } from "../../spec/errors.ts";
import type { IdRange, JobRow } from "../api.ts";
import { absentWords } from "../no-such-job.ts";
import { type Cli, note, print } from "./cli.ts";
import { followLog } from "./follow-log.ts";
import { addId, formatIds } from "./ids.ts";
import { detached } from "./interrupted.ts";
import { shellWord } from "./job-source.ts";
import { type ChosenJobs, chosenJobs, type LogChoice } from "./log-choice.ts";
import { controllerLines } from "./log-controller.ts";
import { printLogs, syncDown } from "./log-many.ts";
import { logSink } from "./log-sink.ts";
import { wholeNumber } from "./options.ts";
import { exitCodeOf, exitCodeOfJob, jobWords, tally, tallyWords } from "./outcome.ts";
import { type Persistent, persistent } from "./persist.ts";
import type { MakeCommand } from "./program.ts";
import { parseDuration } from "./time.ts";
import { whichJobs } from "./which-jobs.ts";
import { harmless } from "./width.ts";

export interface LogsOptions extends Omit<LogChoice, "since"> {
  readonly follow: boolean;
  readonly tail?: number;
  readonly attempt?: number;
  /** Milliseconds. */
  readonly since?: number;
  readonly controller?: boolean;
  readonly syncDown?: string;
  readonly raw?: boolean;
}

interface Flags extends Omit<LogsOptions, "which"> {
  readonly name?: string;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("logs")
    .description("Prints the logs of jobs, and follows them until the jobs are over.")
    .argument("[ids...]", "ids and ranges: 3-12,17")
    .option("-n, --name <name>", "jobs of this name that are not over, else its newest launch")
    .option("--rank <r>", "only this rank of the launch, from 0", wholeNumber("--rank", 0))
    .option("--all", "all ranks of the launch")
    .option("--failed", "the ranks of the launch that failed")
    .option("-f, --follow", "follow until the jobs are over (this is so unless told otherwise)", true)
    .option("--no-follow", "only what is there now")
    .option("--tail <n>", "only the last n lines", wholeNumber("--tail", 0))
    .option("--since <time>", "only of jobs that ran in this time (90, 10m, 2h, 7d)", (text) =>
      parseDuration(text, "--since"),
    )
    .option("--attempt <n>", "of an earlier attempt", wholeNumber("--attempt", 1))
    .option("--controller", "what the controller's own log says of the jobs")
    .option("--sync-down <dir>", "each log into a file of this folder", namedFolder)
    .option("--raw", "byte for byte: escapes of the job act on the terminal")
    .addHelpText("after", EXAMPLES)
    .action(async (ids: readonly string[], { name, ...options }: Flags) =>
      done(await runLogs(cli, { ...options, which: whichJobs(ids, name, "to print the logs of") })),
    );

/** @throws UserError */
function namedFolder(text: string): string {
  if (text !== "") return text;
  throw new UserError("--sync-down names no folder.\nName one: --sync-down ./logs");
}

const EXAMPLES = `
Examples:
  lido jobs logs 3
  lido jobs logs 3 --no-follow --tail 20
  lido jobs logs -n train --failed --sync-down ./logs`;

/** @returns with `follow`, what the jobs came to: 0, 100 failed, 103 cancelled; 102 when some ids are not there. */
export async function runLogs(cli: Cli, options: LogsOptions): Promise<number> {
  const signal = cli.interrupted();
  await using controller = persistent(cli);
  const { since, ...choice } = options;
  const id = onlyId(options);
  try {
    if (id !== undefined) return await printOne(cli, controller, { ...options, id, signal });
    const chosen = await chosenJobs(controller, since === undefined ? choice : { ...choice, since: cli.now() - since });
    const code = await printChosen(cli, controller, { ...options, chosen, signal });
    return chosen.missing.length === 0 ? code : sayMissing(cli, chosen.missing);
  } catch (error) {
    if (signal.aborted) throw detached([`lido jobs logs ${backWords(options)}`]);
    throw error;
  }
}

function sayMissing(cli: Cli, missing: readonly IdRange[]): number {
  note(cli, absentWords(formatIds(missing)));
  return 102;
}

/** The one job that is meant, if nothing has to be asked to know it. */
function onlyId({ which, rank, all, failed, since, controller, syncDown: folder }: LogsOptions): number | undefined {
  const [range, ...more] = typeof which === "string" ? [] : which;
  const plain = [rank, all, failed, since, controller, folder].every((flag) => flag === undefined);
  return plain && range !== undefined && more.length === 0 && range.first === range.last ? range.first : undefined;
}

interface One extends LogsOptions {
  readonly id: number;
  readonly signal: AbortSignal;
}

async function printOne(cli: Cli, controller: Persistent, options: One): Promise<number> {
  const { id, follow, tail, attempt, raw = false, signal } = options;
  const sink = logSink(cli.stdout, { raw, prefix: "" });
  const job = await followLog(cli, controller, { id, follow, tail, attempt, sink, signal });
  if (!follow) return 0;
  if (attempt !== undefined && attempt !== job.attempt) return await tellPast(cli, controller, { job, attempt });
  note(cli, jobWords(job));
  return exitCodeOfJob(job);
}

interface Past {
  readonly job: JobRow;
  readonly attempt: number;
}

/** What the job does by now is another attempt's matter. @returns 100 when that attempt ended with an exit code of its own */
async function tellPast(cli: Cli, controller: Persistent, { job, attempt }: Past): Promise<number> {
  const { id, status } = job;
  const { attempts } = await controller.persist((connection) => connection.call("show", { id }));
  const past = attempts.find((one) => one.attempt === attempt);
  const failed = (past?.exitCode ?? 0) !== 0;
  const why = past?.reason || (failed ? `exit code ${past?.exitCode}` : "");
  const ended = `Attempt ${attempt} of job ${id} is over${why === "" ? "" : `: ${harmless(why.replace(/\.$/, ""))}`}.`;
  note(cli, `${ended} The job is ${status}, in attempt ${job.attempt}: lido jobs logs ${id}`);
  return failed ? 100 : 0;
}

interface Chosen extends LogsOptions {
  readonly chosen: ChosenJobs;
  readonly signal: AbortSignal;
}

async function printChosen(cli: Cli, controller: Persistent, options: Chosen): Promise<number> {
  const { chosen, follow, tail, raw = false, signal } = options;
  const { rows, ids, only } = chosen;
  const logs = { rows, ids, follow, raw, signal, ...(tail === undefined ? {} : { tail }) };
  if (options.controller === true) return await printController(cli, controller, rows);
  if (options.syncDown !== undefined) {
    await syncDown(cli, controller, { ...logs, folder: resolve(cli.cwd, options.syncDown) });
    return 0;
  }
  if (only !== undefined) return await printOne(cli, controller, { ...options, id: only.id });
  const { ids: read, counts } = await printLogs(cli, controller, logs);
  if (!follow) return 0;
  note(cli, `Jobs ${formatIds(read)}: ${tallyWords(tally(counts))}.`);
  return exitCodeOf(counts);
}

async function printController(cli: Cli, controller: Persistent, rows: AsyncIterable<JobRow>): Promise<number> {
  const { log } = await controller.persist((connection) => connection.call("status", {}));
  const ids: IdRange[] = [];
  for await (const { id } of rows) addId(ids, id);
  let lines = 0;
  for await (const line of controllerLines(log, ids)) {
    print(cli, line);
    lines += 1;
  }
  if (lines === 0) note(cli, `The controller's log says nothing of them: ${log}`);
  return 0;
}

function backWords({ which, rank, all, failed }: LogsOptions): string {
  const jobs = typeof which === "string" ? `-n ${shellWord(which)}` : formatIds(which);
  const flags = [
    rank === undefined ? "" : `--rank ${rank}`,
    all === true ? "--all" : "",
    failed === true ? "--failed" : "",
  ];
  return [jobs, ...flags.filter((flag) => flag !== "")].join(" ");
}
