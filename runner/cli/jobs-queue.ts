/** `lido jobs queue`: the jobs, newest first, and how each stands. */
import { Command } from "commander";
import type { JobRow, JobStatus, QueueParams } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { type Cli, note } from "./cli.ts";
import type { Color } from "./colors.ts";
import { formatIds, rangesOf } from "./ids.ts";
import { outputOption, parseStatuses, wholeNumber } from "./options.ts";
import { standingOf } from "./outcome.ts";
import { type Format, printRows } from "./print-rows.ts";
import type { MakeCommand } from "./program.ts";
import type { Column } from "./table.ts";
import { ago, duration } from "./time.ts";

export interface QueueOptions {
  readonly pool?: string;
  readonly name?: string;
  readonly status?: readonly JobStatus[];
  readonly limit: number;
  readonly all?: boolean;
  readonly output: Format;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("queue")
    .description("Lists jobs, newest first, and how each stands.")
    .option("-p, --pool <name>", "only jobs of this pool")
    .option("-n, --name <name>", "only jobs of this name")
    .option("-s, --status <status>", "only jobs of these statuses: running,failed", parseStatuses)
    .option("-l, --limit <n>", "how many", wholeNumber("--limit", 1), 50)
    .option("-a, --all", "all of them")
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action(async (options: QueueOptions) => done(await runQueue(cli, options)));

const EXAMPLES = `
Examples:
  lido jobs queue -p gpu-pool -s pending,running
  lido jobs cancel $(lido jobs queue -s recovering -o id) -y`;

/** Rows that are asked for at a time. */
const PAGE = 1000;

export async function runQueue(cli: Cli, options: QueueOptions): Promise<number> {
  await using connection = await cli.connect();
  const { rows, more } = await readRows(connection, options);
  if (rows.length === 0 && options.pool !== undefined) await expectPool(cli, options.pool);
  const columns = columnsAt(cli.now());
  const ids = (shown: readonly JobRow[]): string => formatIds(rangesOf(shown.map(({ id }) => id)));
  printRows(cli, rows, { format: options.output, columns, ids, empty: "No jobs." });
  if (more) note(cli, `These are the newest ${rows.length}: -l N shows more, -a shows all.`);
  return 0;
}

/** No jobs of a pool is an answer; no jobs of a pool that nobody knows is a typing error. @throws NotFoundError */
async function expectPool({ cwd, env, home }: Cli, pool: string): Promise<void> {
  const { findPool } = await import("../pools/index.ts");
  await findPool(pool, { cwd, env, home });
}

interface Rows {
  readonly rows: readonly JobRow[];
  readonly more: boolean;
}

async function readRows(connection: Connection, options: QueueOptions): Promise<Rows> {
  const wanted = options.all === true ? Number.POSITIVE_INFINITY : options.limit;
  const rows: JobRow[] = [];
  let before: number | undefined;
  do {
    const page = await connection.call("queue", pageParams(options, Math.min(PAGE, wanted - rows.length), before));
    rows.push(...page.rows);
    before = page.next;
  } while (before !== undefined && rows.length < wanted);
  return { rows, more: before !== undefined };
}

function pageParams(options: QueueOptions, limit: number, before: number | undefined): QueueParams {
  return {
    limit,
    ...(options.pool === undefined ? {} : { pool: options.pool }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.status === undefined ? {} : { statuses: options.status }),
    ...(before === undefined ? {} : { before }),
  };
}

function columnsAt(now: number): readonly Column<JobRow>[] {
  return [
    { header: "ID", cell: (job) => `${job.id}` },
    { header: "NAME", cell: (job) => job.name || "-", shrinkTo: 8 },
    { header: "POOL", cell: (job) => (job.worker === undefined ? job.pool : `${job.pool} (worker=${job.worker})`) },
    { header: "RANK", cell: (job) => `${job.rank}` },
    { header: "STATUS", cell: (job) => job.status, color: (job) => statusColor(job.status) },
    { header: "SUBMITTED", cell: (job) => ago(job.submittedAt, now) },
    {
      header: "DURATION",
      cell: (job) => (job.startedAt === undefined ? "-" : duration((job.endedAt ?? now) - job.startedAt)),
    },
    { header: "REASON", cell: (job) => job.reason, shrinkTo: 6 },
  ];
}

function statusColor(status: JobStatus): Color | undefined {
  switch (standingOf(status)) {
    case "succeeded":
      return "green";
    case "failed":
      return "red";
    case "running":
      return "cyan";
    case "recovering":
    case "cancelling":
    case "cancelled":
      return "yellow";
    case "pending":
      return "dim";
  }
}
