/** `lido jobs launch`: from a file or a command to ranks in the queue, and then to what becomes of them. */
import { userInfo } from "node:os";
import { Command } from "commander";
import type { Asked } from "../../spec/command.ts";
import { UserError } from "../../spec/errors.ts";
import type { JobSpec, Warning } from "../../spec/index.ts";
import { nameFault } from "../../spec/name.ts";
import type { IdRange, SubmitParams } from "../api.ts";
import { isSetByLido } from "../core/environment.ts";
import { MOST_RANKS } from "../launch-limit.ts";
import { type Cli, note } from "./cli.ts";
import { confirm } from "./confirm.ts";
import { addVariableOptions, type VariableFlags, variablesOf } from "./environment.ts";
import { followJobs } from "./follow-jobs.ts";
import { followLog } from "./follow-log.ts";
import { countIds, formatIds } from "./ids.ts";
import { detached } from "./interrupted.ts";
import { type JobSource, readSource, sourceOf } from "./job-source.ts";
import { logSink } from "./log-sink.ts";
import { wholeNumber, yesOption } from "./options.ts";
import { exitCodeOf, exitCodeOfJob, jobs, jobWords, tally, tallyWords } from "./outcome.ts";
import { type Persistent, persistent } from "./persist.ts";
import type { MakeCommand } from "./program.ts";
import { harmless } from "./width.ts";

export interface LaunchOptions extends VariableFlags, Asked {
  readonly source: JobSource;
  readonly pool?: string;
  readonly stack?: string;
  readonly name?: string;
  readonly numJobs: number;
  readonly detach?: boolean;
  readonly yes?: boolean;
}

export const command: MakeCommand = ({ cli, done, afterDashes }) =>
  addVariableOptions(new Command("launch"))
    .description("Runs a job, or many ranks of it, on the free workers of a pool.")
    .usage("[options] FILE\n       lido jobs launch [options] -- COMMAND…")
    .argument("[file]", "a job file")
    .argument("[command...]", "after --, a command with its arguments")
    .option("-p, --pool <name>", "the pool (default: `pool:` of the file)")
    .option("--num-jobs <n>", `how many ranks, up to ${MOST_RANKS}`, wholeNumber("--num-jobs", 1, MOST_RANKS), 1)
    .option("-n, --name <name>", "name of the job")
    .option("--cpus <n>", "cpus of a worker: 4, 4+")
    .option("--memory <gb>", "its memory: 16, 16+, 64GB")
    .option("--gpus <name[:n]>", "its accelerators: H100:8, L4:0.5")
    .option("--priority <n>", "-1000 to 1000: larger runs earlier (default: 0)", wholeNumber("--priority", -1000, 1000))
    .option("-d, --detach", "return when the jobs are in the queue")
    .option("--stack <stack>", "the Pulumi stack that has the pool")
    .addOption(yesOption(cli))
    .addHelpText("after", EXAMPLES)
    .action(async (file: string | undefined, more: readonly string[], flags: Omit<LaunchOptions, "source">) => {
      const words = file === undefined ? [] : [file, ...more];
      const before = words.slice(0, words.length - afterDashes.length);
      if (flags.name !== undefined) refuseName(flags.name);
      done(await runLaunch(cli, { ...flags, source: sourceOf({ before, after: afterDashes, cwd: cli.cwd }) }));
    });

/** @throws UserError */
function refuseName(name: string): void {
  const fault = nameFault(name);
  if (fault !== undefined)
    throw new UserError(`--name '${harmless(name)}' can't be the name of a job: ${fault}.\nWrite one like -n train.`);
}

const EXAMPLES = `
Examples:
  lido jobs launch -p gpu-pool --num-jobs 1000 job.yaml
  lido jobs launch -p gpu-pool --num-jobs 10 -- 'echo rank $SKYPILOT_JOB_RANK of $SKYPILOT_NUM_JOBS'`;

/** @returns 0, or when it followed what the jobs came to: 100 failed, 103 cancelled. */
export async function runLaunch(cli: Cli, options: LaunchOptions): Promise<number> {
  const params = await prepare(cli, options);
  const name = params.job.name === undefined ? "" : ` of '${harmless(params.job.name)}'`;
  await confirm(cli, {
    text: `Launching ${jobs(params.numJobs)}${name} on pool '${params.pointer.pool}'.`,
    yes: options.yes === true,
    presumed: "yes",
    unattended: "go on",
  });
  await using controller = persistent(cli);
  const { ids } = await (await controller.connection()).call("submit", params);
  printIds(cli, ids);
  if (options.detach === true) return sayWhatNext(cli, ids);
  return ids.first === ids.last ? await followOne(cli, controller, ids.first) : await followMany(cli, controller, ids);
}

/** Where nothing can be printed they must not be lost: the jobs run. */
function printIds(cli: Cli, ids: IdRange): void {
  const said =
    ids.first === ids.last ? `Job submitted with ID: ${ids.first}` : `Jobs submitted with IDs: ${formatIds([ids])}`;
  cli.stdout.write(`${said}\n`, (error) => void (error && note(cli, said)));
}

/** All that can be wrong is found here, before anything is asked of the controller. */
async function prepare(cli: Cli, options: LaunchOptions): Promise<SubmitParams> {
  const { spec, warnings, places } = await readSource(options.source);
  for (const warning of warnings) note(cli, warningWords(warning));
  const { fillEnvironment, withAsked } = await import("../../spec/command.ts");
  const named = options.name === undefined ? spec : { ...spec, name: options.name };
  const job = fillEnvironment(withAsked(named, options), await variablesOf(cli, options), places);
  for (const line of unusedVariables(job)) note(cli, line);
  const [{ findPool }, { writePointer }] = await Promise.all([
    import("../pools/index.ts"),
    import("../../worker/pointer.ts"),
  ]);
  const { home, cwd, env } = cli;
  const found = await findPool(poolOf(job, options), {
    stack: options.stack,
    cwd,
    env,
    home,
    report: (line) => note(cli, line),
  });
  await writePointer(home, found.pointer);
  return { job, numJobs: options.numJobs, user: userInfo().username, ...found };
}

/** Names of variables that each rank finds set by Lido, whatever the user says. */
function unusedVariables({ envs, secrets }: JobSpec): readonly string[] {
  return Object.keys({ ...envs, ...secrets })
    .filter(isSetByLido)
    .map((name) => `Warning: ${name} is not passed on: Lido sets it itself for each rank. Give yours another name.`);
}

function warningWords({ message, place }: Warning): string {
  return `Warning: ${place === undefined ? "" : `${place.file}:${place.line}:${place.column}: `}${message}`;
}

function poolOf(job: JobSpec, options: LaunchOptions): string {
  const pool = options.pool ?? job.pool;
  if (pool !== undefined) return pool;
  throw new UserError(
    "No pool was named.\nName it with -p POOL, or with `pool:` in the job file; `lido pool status` lists them.",
  );
}

function sayWhatNext(cli: Cli, ids: IdRange): number {
  const range = formatIds([ids]);
  const hints = [
    ["lido jobs queue", ids.first === ids.last ? "how it stands" : "how they stand"],
    [`lido jobs logs ${range}`, ids.first === ids.last ? "its log" : "their logs"],
    [`lido jobs wait ${range}`, ids.first === ids.last ? "until it is over" : "until all are over"],
    [`lido jobs cancel ${range}`, ids.first === ids.last ? "cancel it" : "cancel them"],
  ] as const;
  const width = Math.max(...hints.map(([typed]) => typed.length));
  for (const [typed, what] of hints) note(cli, `  ${typed.padEnd(width)}  ${what}`);
  return 0;
}

async function followOne(cli: Cli, controller: Persistent, id: number): Promise<number> {
  const signal = cli.interrupted();
  const sink = logSink(cli.stdout, { raw: false, prefix: "" });
  try {
    const job = await followLog(cli, controller, { id, follow: true, sink, signal });
    note(cli, jobWords(job));
    return exitCodeOfJob(job);
  } catch (error) {
    if (signal.aborted) throw detached([`lido jobs logs ${id}`, `lido jobs cancel ${id}`]);
    throw error;
  }
}

async function followMany(cli: Cli, controller: Persistent, ids: IdRange): Promise<number> {
  const signal = cli.interrupted();
  const range = formatIds([ids]);
  try {
    const { counts } = await followJobs(cli, controller, { ids: [ids], signal });
    note(cli, `${jobs(countIds([ids]))}: ${tallyWords(tally(counts))}.`);
    const failed = counts.lastFailed[0];
    if (failed !== undefined) note(cli, `See why with \`lido jobs logs ${failed.id}\`.`);
    return exitCodeOf(counts);
  } catch (error) {
    if (signal.aborted)
      throw detached([`lido jobs wait ${range}`, `lido jobs logs ${range}`, `lido jobs cancel ${range}`]);
    throw error;
  }
}
