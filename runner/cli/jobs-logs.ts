/** `lido jobs logs`: the log of one job, byte for byte. */
import { Command } from "commander";
import { type Cli, note } from "./cli.ts";
import { followLog } from "./follow-log.ts";
import { oneId } from "./ids.ts";
import { detached } from "./interrupted.ts";
import { wholeNumber } from "./options.ts";
import { exitCodeOfJob, jobWords } from "./outcome.ts";
import type { MakeCommand } from "./program.ts";

export interface LogsOptions {
  readonly id: number;
  readonly follow: boolean;
  readonly tail?: number;
  readonly attempt?: number;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("logs")
    .description("Prints the log of a job, and follows it until the job is over.")
    .argument("<id>", "id of the job", oneId)
    .option("--no-follow", "only what is there now")
    .option("--attempt <n>", "of an earlier attempt", wholeNumber("--attempt", 1))
    .option("--tail <n>", "only the last n lines", wholeNumber("--tail", 0))
    .addHelpText("after", EXAMPLES)
    .action(async (id: number, options: Omit<LogsOptions, "id">) => done(await runLogs(cli, { ...options, id })));

const EXAMPLES = `
Examples:
  lido jobs logs 3
  lido jobs logs 3 --no-follow --tail 20`;

/** @returns with `follow`, what the job came to: 0, 100 failed, 103 cancelled. */
export async function runLogs(cli: Cli, options: LogsOptions): Promise<number> {
  const signal = cli.interrupted();
  await using connection = await cli.connect();
  try {
    const job = await followLog(cli, connection, { ...options, signal });
    if (!options.follow) return 0;
    note(cli, jobWords(job));
    return exitCodeOfJob(job);
  } catch (error) {
    if (signal.aborted) throw detached([`lido jobs logs ${options.id}`]);
    throw error;
  }
}
