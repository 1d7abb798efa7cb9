/** Which jobs' logs a command line means. It asks the controller which jobs there are, and prints nothing. */
import { NotFoundError, UserError } from "../../spec/errors.ts";
import type { IdRange, JobRow, JobStatus } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { countIds, formatIds } from "./ids.ts";
import { idsOfName } from "./named-jobs.ts";
import { FAILURES } from "./outcome.ts";
import { readJobs } from "./queue-read.ts";

export interface LogChoice {
  /** Ids, or a name. */
  readonly which: readonly IdRange[] | string;
  readonly rank?: number;
  /** All ranks of the launches that are meant. */
  readonly all?: boolean;
  /** Those that failed of all ranks. */
  readonly failed?: boolean;
  /** Only those that were not over then, in milliseconds since 1970. */
  readonly since?: number;
}

/** Lowest id first; never none. @throws UserError, NotFoundError */
export async function chosenJobs(connection: Connection, choice: LogChoice): Promise<readonly JobRow[]> {
  const rows = await meantJobs(connection, choice);
  const { since } = choice;
  const recent = since === undefined ? rows : rows.filter(({ endedAt }) => endedAt === undefined || endedAt >= since);
  if (recent.length > 0) return recent;
  if (rows.length > 0) throw new NotFoundError("None of these jobs ran in that time.\nGive a longer one: --since 7d");
  throw new NotFoundError(
    choice.failed === true
      ? "None of these jobs has failed."
      : "There are no such jobs.\n`lido jobs queue` lists the jobs that there are.",
  );
}

async function meantJobs(connection: Connection, choice: LogChoice): Promise<readonly JobRow[]> {
  const { which, rank, all, failed } = choice;
  const named = typeof which === "string" ? await idsOfName(connection, which) : which;
  const wide = rank !== undefined || all === true || failed === true;
  const ids = wide && typeof which !== "string" ? await launchesOf(connection, named) : named;
  if (!wide && typeof which === "string" && countIds(ids) > 1) throw tooMany(which, ids);
  if (rank !== undefined) return await rankOf(connection, ids, rank);
  const rows = await read(connection, ids, failed === true ? FAILURES : undefined);
  if (!wide && rows.length < countIds(ids)) throw missing(ids, rows);
  return rows;
}

async function read(
  connection: Connection,
  ids: readonly IdRange[],
  statuses?: readonly JobStatus[],
): Promise<readonly JobRow[]> {
  const filter = { ids, limit: Number.MAX_SAFE_INTEGER, ...(statuses === undefined ? {} : { statuses }) };
  return (await readJobs(connection, filter)).rows.toReversed();
}

/** All ranks that were launched together with these. */
async function launchesOf(connection: Connection, ids: readonly IdRange[]): Promise<readonly IdRange[]> {
  const rows = await read(connection, ids);
  if (rows.length < countIds(ids)) throw missing(ids, rows);
  const firsts = new Map(rows.map(({ id, rank, numJobs }) => [id - rank, numJobs]));
  return [...firsts].map(([first, count]) => ({ first, last: first + count - 1 }));
}

async function rankOf(connection: Connection, ids: readonly IdRange[], rank: number): Promise<readonly JobRow[]> {
  const of = ids.flatMap(({ first, last }) =>
    first + rank <= last ? [{ first: first + rank, last: first + rank }] : [],
  );
  if (of.length > 0) return await read(connection, of);
  throw new NotFoundError(`There is no rank ${rank} of jobs ${formatIds(ids)}.\nRanks begin with 0.`);
}

function missing(ids: readonly IdRange[], rows: readonly JobRow[]): NotFoundError {
  const known = new Set(rows.map(({ id }) => id));
  const lacking = ids.filter(({ first, last }) => !known.has(first) || !known.has(last));
  return new NotFoundError(
    `There is no job ${formatIds(lacking)}.\n\`lido jobs queue\` lists the jobs that there are.`,
  );
}

function tooMany(name: string, ids: readonly IdRange[]): UserError {
  return new UserError(
    `'${name}' names ${countIds(ids)} jobs: ${formatIds(ids)}.\nSay which: --rank R, --failed, or --all for all of them.`,
  );
}
