/** `lido jobs why`: what a job waits for, worker by worker, as the scheduler sees it, and what would change it. */
import { Command } from "commander";
import { isApplied, readPointer } from "../../worker/pointer.ts";
import type { JobRow, Why, WhyObstacle } from "../api.ts";
import { type Cli, print } from "./cli.ts";
import { oneId } from "./ids.ts";
import { outputOption } from "./options.ts";
import { jobs, jobWords } from "./outcome.ts";
import { type Format, printOne, printRows } from "./print-rows.ts";
import type { MakeCommand } from "./program.ts";
import { harmless } from "./width.ts";

export interface WhyOptions {
  readonly id: number;
  readonly output: Format;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("why")
    .description("Says why a job waits, worker by worker, and what would change that.")
    .argument("<id>", "id of the job", oneId)
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action(async (id: number, options: Omit<WhyOptions, "id">) => done(await runWhy(cli, { ...options, id })));

const EXAMPLES = `
Examples:
  lido jobs why 12
  lido jobs why 12 -o json`;

/** @throws NoSuchJobError */
export async function runWhy(cli: Cli, { id, output }: WhyOptions): Promise<number> {
  await using connection = await cli.connect();
  const { job, why, wants } = await connection.call("show", { id });
  const lines = why === undefined ? [] : await remedies(cli, job, why);
  const words = () => {
    print(cli, jobWords(job));
    if (why !== undefined) printWhy(cli, why, wants);
    for (const line of lines) print(cli, `  ${harmless(line)}`);
  };
  printOne(cli, { job, wants, why }, { format: output, id: `${id}`, words });
  return 0;
}

function printWhy(cli: Cli, { ahead, workers }: Why, wants: string): void {
  print(cli, `It wants ${wants === "" ? "a whole worker" : harmless(wants)}. ${aheadWords(ahead)}`);
  if (workers.length > 0) {
    print(cli, "");
    printRows(cli, workers, {
      format: "table",
      ids: () => "",
      empty: "",
      columns: [
        { header: "WORKER", cell: ({ id }) => `${id}` },
        { header: "NAME", cell: ({ name }) => name, shrinkTo: 8 },
        { header: "CAN HAVE IT", cell: ({ obstacle }) => (obstacle === undefined ? "yes" : "no") },
        { header: "BECAUSE", cell: ({ obstacle, detail }) => becauseWords(obstacle, detail), wraps: true },
      ],
    });
  }
  print(cli, "\nWhat would change it:");
}

function aheadWords(ahead: number): string {
  return ahead === 0
    ? "It is the next in line."
    : `${jobs(ahead)} of its pool ${ahead === 1 ? "is" : "are"} ahead of it.`;
}

const WORDS: Readonly<Record<WhyObstacle, string>> = {
  "not-ready": "is not ready",
  leaving: "leaves the pool",
  disconnected: "is unreachable",
  cordoned: "is cordoned",
  busy: "is busy",
  held: "refused a job a moment ago",
  "disk-full": "refused a job a moment ago",
  "too-small": "is too small",
};

function becauseWords(obstacle: WhyObstacle | undefined, detail: string): string {
  if (obstacle === undefined) return "is free";
  if (obstacle === "disconnected" && detail === "") return "is being connected";
  return detail === "" ? WORDS[obstacle] : `${WORDS[obstacle]}: ${detail}`;
}

/** One sentence each; the most telling first. */
async function remedies(cli: Cli, { pool }: JobRow, { workers, ahead, target, gone }: Why): Promise<readonly string[]> {
  if (gone !== undefined) return [gone];
  const has = (obstacle: WhyObstacle | undefined): boolean => workers.some((one) => one.obstacle === obstacle);
  const cordoned = workers.filter(({ obstacle }) => obstacle === "cordoned").map(({ id }) => id);
  const full = workers.filter(({ obstacle }) => obstacle === "disk-full").map(({ name }) => name);
  const larger = has("too-small") ? ["Larger workers, or a job that asks for less under resources:."] : [];
  const lines = [
    ...(has(undefined)
      ? [ahead > 0 ? "The jobs ahead of it get their workers first." : "Nothing: it is about to start."]
      : []),
    ...(has("busy") ? ["A job ahead of it ends, and its worker is free."] : []),
    ...cordoned.map((id) => `lido workers resume ${id} -p ${pool}`),
    ...(has("disconnected") ? [`The workers answer again: lido doctor -p ${pool} says what is wrong.`] : []),
    ...(has("not-ready") ? [`The workers become ready: lido pool logs ${pool} shows their setup.`] : []),
    ...full.map((name) => `Make room on the disk of ${name}: lido workers ssh ${name} -p ${pool} lets you look.`),
    ...(has("held") || has("disk-full") ? ["Half a minute: the worker is asked again then."] : []),
    ...larger,
  ];
  return workers.length === 0 || has("busy")
    ? [...lines, await moreWorkers(cli, pool, Math.max(target, workers.length) + 1)]
    : lines;
}

async function moreWorkers(cli: Cli, pool: string, count: number): Promise<string> {
  const pointer = await readPointer(cli.home, pool);
  return pointer === undefined || isApplied(cli.home, pointer)
    ? `More workers: lido pool apply -p ${pool} --workers ${count}`
    : `More workers: workers: ${count} in the Pulumi project in ${pointer.projectDir}, and pulumi up`;
}
