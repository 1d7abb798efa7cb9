/** Reads the queue page by page, as much of it as is asked for. */
import type { IdRange, JobRow, JobStatus, QueueParams, SubmissionRow, SubmissionsParams } from "../api.ts";
import type { Connection } from "../client/index.ts";
import type { Persistent } from "./persist.ts";

/** Rows that are asked for at a time. */
const PAGE = 1000;
/** Ids that are asked for at a time where only some statuses are wanted of them. */
const SPAN = 50 * PAGE;
/** Ranges that are asked for at a time: the store looks for each. */
const RANGES = 100;

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

/** Those of these ids, lowest first, read as they are taken: however many there are, few are held. */
export async function* readUpwards(
  controller: Persistent,
  ids: readonly IdRange[],
  statuses?: readonly JobStatus[],
): AsyncGenerator<JobRow, void> {
  const limit = statuses === undefined ? PAGE : SPAN;
  for (const part of parts(ids, limit)) {
    const filter = { ids: part, limit, ...(statuses === undefined ? {} : { statuses }) };
    const { rows } = await controller.persist((connection) => readJobs(connection, filter));
    yield* rows.toReversed();
  }
}

function* parts(ids: readonly IdRange[], most: number): Generator<readonly IdRange[]> {
  let part: IdRange[] = [];
  let room = most;
  for (const { first, last } of ids) {
    for (let from = first; from <= last; ) {
      const to = Math.min(last, from + room - 1);
      part.push({ first: from, last: to });
      room -= to - from + 1;
      from = to + 1;
      if (room > 0 && part.length < RANGES) continue;
      yield part;
      part = [];
      room = most;
    }
  }
  if (part.length > 0) yield part;
}

/** The highest id that there is; 0 when there is none. Below it there are all. */
export async function newestId(connection: Connection): Promise<number> {
  const { rows } = await connection.call("submissions", { limit: 1 });
  return rows[0]?.ids.last ?? 0;
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
