/** `lido jobs queue`: the jobs, newest first, and how each stands. Ranks of one submission are one line unless asked. */
import { Command } from "commander";
import type { JobStatus, QueueParams } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { type Cli, note } from "./cli.ts";
import { formatIds, rangesOf } from "./ids.ts";
import { expectPool } from "./known-pool.ts";
import { outputOption, parseStatuses, wholeNumber } from "./options.ts";
import { UNFINISHED } from "./outcome.ts";
import { persistent } from "./persist.ts";
import { type Format, linesOf, printRows } from "./print-rows.ts";
import type { MakeCommand } from "./program.ts";
import { foldedColumns, jobColumns } from "./queue-columns.ts";
import { type Rows, readJobs, readSubmissions } from "./queue-read.ts";
import { repeat } from "./repeat.ts";
import type { Column } from "./table.ts";
import { parseDuration } from "./time.ts";

export interface QueueOptions {
  readonly pool?: string;
  readonly name?: string;
  readonly status?: readonly JobStatus[];
  readonly skipFinished?: boolean;
  /** Milliseconds. */
  readonly since?: number;
  readonly limit: number;
  readonly all?: boolean;
  readonly ranks?: boolean;
  readonly watch?: boolean;
  readonly output: Format;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("queue")
    .description("Lists jobs, newest first, and how each stands. Ranks of one launch are one line.")
    .option("-p, --pool <name>", "only jobs of this pool")
    .option("-n, --name <name>", "only jobs of this name")
    .option("-s, --status <status>", "only jobs of these statuses, each rank a line: running,failed", parseStatuses)
    .option("--skip-finished", "only what is not over")
    .option("--since <time>", "only what was launched in this time (90, 10m, 2h, 7d)", (text) =>
      parseDuration(text, "--since"),
    )
    .option(
      "-l, --limit <n>",
      "how many at most: launches, or ranks where each is a line (-r, -s, -v, -o)",
      wholeNumber("--limit", 1),
      50,
    )
    .option("-a, --all", "all of them")
    .option("-r, --ranks", "a line for each rank")
    .option("-v", "a line for each rank, with all that is known, as -o wide")
    .option("-w, --watch", "show it again whenever it changed, until Ctrl-C")
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action(async ({ v, ...options }: QueueOptions & { readonly v?: boolean }) =>
      done(await runQueue(cli, v === true && options.output === "table" ? { ...options, output: "wide" } : options)),
    );

const EXAMPLES = `
Examples:
  lido jobs queue -p gpu-pool --skip-finished
  lido jobs queue -s failed --since 1d
  lido jobs cancel $(lido jobs queue -s recovering -o id) -y`;

export async function runQueue(cli: Cli, options: QueueOptions): Promise<number> {
  if (options.watch === true) {
    await using controller = persistent(cli);
    await controller.persist((connection, heard) =>
      repeat(cli, async () => {
        const view = await readView(cli, connection, options);
        heard();
        return view.lines();
      }),
    );
    return 0;
  }
  await using connection = await cli.connect();
  const view = await readView(cli, connection, options);
  if (view.isEmpty && options.pool !== undefined) await expectPool(cli, options.pool);
  view.print();
  if (view.more !== "") note(cli, view.more);
  return 0;
}

/** What was read, with its columns. */
interface View {
  readonly isEmpty: boolean;
  /** Says that there is more; "" when there is not. */
  readonly more: string;
  readonly print: () => void;
  readonly lines: () => readonly string[];
}

async function readView(cli: Cli, connection: Connection, options: QueueOptions): Promise<View> {
  const filter = filterOf(cli, options);
  const now = cli.now();
  if (isFolded(options)) {
    const unfinished = options.skipFinished === true ? { unfinished: true } : {};
    const read = await readSubmissions(connection, { ...filter, ...unfinished });
    return viewOf(cli, read, { format: options.output, columns: foldedColumns(now), ids: () => "" });
  }
  const statuses = statusesOf(options);
  const read = await readJobs(connection, { ...filter, ...(statuses === undefined ? {} : { statuses }) });
  const ids = (rows: readonly { readonly id: number }[]): string => formatIds(rangesOf(rows.map(({ id }) => id)));
  return viewOf(cli, read, { format: options.output, columns: jobColumns(now), ids });
}

/** Data for programs is a row for each job, and who asks for statuses asks for the ranks that have them. */
function isFolded({ output, ranks, status }: QueueOptions): boolean {
  return output === "table" && ranks !== true && status === undefined;
}

function statusesOf({ status, skipFinished }: QueueOptions): readonly JobStatus[] | undefined {
  return skipFinished === true ? UNFINISHED.filter((one) => status === undefined || status.includes(one)) : status;
}

function filterOf(cli: Cli, { pool, name, since, limit, all }: QueueOptions): Omit<QueueParams, "statuses"> {
  return {
    limit: all === true ? Number.MAX_SAFE_INTEGER : limit,
    ...(pool === undefined ? {} : { pool }),
    ...(name === undefined ? {} : { name }),
    ...(since === undefined ? {} : { since: cli.now() - since }),
  };
}

interface Shape<Row> {
  readonly format: Format;
  readonly columns: readonly Column<Row>[];
  readonly ids: (rows: readonly Row[]) => string;
}

function viewOf<Row>(cli: Cli, { rows, more }: Rows<Row>, shape: Shape<Row>): View {
  const empty = "No jobs.";
  return {
    isEmpty: rows.length === 0,
    more: more ? `These are the newest ${rows.length}: -l N shows more, -a shows all.` : "",
    print: () => printRows(cli, rows, { ...shape, empty }),
    lines: () => (rows.length === 0 ? [empty] : linesOf(cli, rows, shape)),
  };
}
