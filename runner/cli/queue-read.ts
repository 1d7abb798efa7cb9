/** Reads the queue page by page, as much of it as is asked for. */
import type { JobRow, QueueParams, SubmissionRow, SubmissionsParams } from "../api.ts";
import type { Connection } from "../client/index.ts";

/** Rows that are asked for at a time. */
const PAGE = 1000;

export interface Rows<Row> {
  readonly rows: readonly Row[];
  /** There are older ones. */
  readonly more: boolean;
}

export async function readJobs(connection: Connection, filter: QueueParams): Promise<Rows<JobRow>> {
  return await readPages(filter.limit, (part) => connection.call("queue", { ...filter, ...part }));
}

export async function readSubmissions(connection: Connection, filter: SubmissionsParams): Promise<Rows<SubmissionRow>> {
  return await readPages(filter.limit, (part) => connection.call("submissions", { ...filter, ...part }));
}

interface Part {
  readonly limit: number;
  readonly before?: number;
}

async function readPages<Row>(
  wanted: number,
  ask: (part: Part) => Promise<{ readonly rows: readonly Row[]; readonly next?: number }>,
): Promise<Rows<Row>> {
  const rows: Row[] = [];
  let before: number | undefined;
  do {
    const limit = Math.min(PAGE, wanted - rows.length);
    const page = await ask({ limit, ...(before === undefined ? {} : { before }) });
    rows.push(...page.rows);
    before = page.next;
  } while (before !== undefined && rows.length < wanted);
  return { rows, more: before !== undefined };
}
