/** `lido jobs show`: everything about one job, its attempts among it. */
import { Command } from "commander";
import type { AttemptRow, ShowResult } from "../api.ts";
import { type Cli, note, print } from "./cli.ts";
import { factLines } from "./facts.ts";
import { oneId } from "./ids.ts";
import { outputOption } from "./options.ts";
import { jobs } from "./outcome.ts";
import { type Format, printOne, printRows } from "./print-rows.ts";
import type { MakeCommand } from "./program.ts";
import { statusColor } from "./queue-columns.ts";
import type { Column } from "./table.ts";
import { ago, clockTime, duration } from "./time.ts";
import { harmless } from "./width.ts";

export interface ShowOptions {
  readonly id: number;
  readonly output: Format;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("show")
    .description("Shows everything about a job: what it runs, its attempts, and why each ended.")
    .argument("<id>", "id of the job", oneId)
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action(async (id: number, options: Omit<ShowOptions, "id">) => done(await runShow(cli, { ...options, id })));

const EXAMPLES = `
Examples:
  lido jobs show 3
  lido jobs show 3 -o json`;

/** @throws NoSuchJobError */
export async function runShow(cli: Cli, { id, output }: ShowOptions): Promise<number> {
  await using connection = await cli.connect();
  const shown = await connection.call("show", { id });
  printOne(cli, shown, { format: output, id: `${id}`, words: () => printJob(cli, shown) });
  return 0;
}

function printJob(cli: Cli, shown: ShowResult): void {
  const { job, run, attempts } = shown;
  print(cli, `Job ${job.id}  ${cli.paint("bold", harmless(job.name || "-"))}`);
  for (const line of factLines(factsOf(cli, shown), cli.paint)) print(cli, line);
  if (attempts.length > 0) {
    print(cli, "");
    const options = { format: "table", columns: attemptColumns(cli.now()), ids: () => "", empty: "" } as const;
    printRows(cli, attempts, options);
  }
  print(cli, "\nRuns:");
  for (const line of run.trimEnd().split("\n")) print(cli, `  ${harmless(line.replaceAll("\t", "    "))}`);
  for (const line of nextSteps(shown)) note(cli, line);
}

function factsOf(cli: Cli, { job, user, wants, envs, secrets, workerName }: ShowResult) {
  const { status, reason, pool, worker, rank, numJobs, submittedAt, attempt } = job;
  const why = reason === "" ? "" : `: ${reason}`;
  const name = workerName === undefined ? "" : `, ${workerName}`;
  return [
    ["status", `${status}${why}`, statusColor(status)],
    ["rank", `${rank} of ${jobs(numJobs)}`],
    ["pool", worker === undefined ? pool : `${pool} (worker=${worker}${name})`],
    ["submitted", `${clockTime(submittedAt)} (${ago(submittedAt, cli.now())}) by ${user}`],
    ["wants", wants === "" ? "a whole worker" : wants],
    ["attempt", attempt === 0 ? "" : `${attempt}`],
    [
      "envs",
      Object.entries(envs)
        .map(([key, value]) => `${key}=${value}`)
        .join(", "),
    ],
    ["secrets", secrets.join(", ")],
  ] as const;
}

function attemptColumns(now: number): readonly Column<AttemptRow>[] {
  return [
    { header: "ATTEMPT", cell: ({ attempt }) => `${attempt}` },
    { header: "WORKER", cell: ({ worker }) => `${worker ?? "-"}` },
    { header: "STARTED", cell: ({ startedAt }) => clockTime(startedAt) },
    { header: "ENDED", cell: ({ endedAt }) => clockTime(endedAt) },
    {
      header: "DURATION",
      cell: ({ startedAt, endedAt }) => (startedAt === undefined ? "-" : duration((endedAt ?? now) - startedAt)),
    },
    { header: "EXIT", cell: ({ exitCode }) => `${exitCode ?? "-"}` },
    { header: "WHY IT ENDED", cell: ({ reason }) => reason, wraps: true },
  ];
}

function nextSteps({ job: { id, attempt, startedAt, status }, why }: ShowResult): readonly string[] {
  const log = startedAt === undefined ? [] : [`lido jobs logs ${id}`];
  const earlier = attempt > 1 ? [`lido jobs logs ${id} --attempt ${attempt - 1}`] : [];
  const wait = why === undefined ? [] : [`lido jobs why ${id}`];
  const again = status.startsWith("FAILED") || status === "CANCELLED" ? [`lido jobs retry ${id}`] : [];
  const steps = [...log, ...earlier, ...wait, ...again];
  return steps.length === 0 ? [] : [`\nNext: ${steps.join(", ")}`];
}
