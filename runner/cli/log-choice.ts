/** Which jobs' logs a command line means. It asks the controller which jobs there are, and prints nothing. */
import { UserError } from "../../spec/errors.ts";
import type { IdRange, JobRow, JobStatus } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { subtract } from "../core/ranges.ts";
import { NoSuchJobError, noSuchJob } from "../no-such-job.ts";
import { countIds, formatIds, rangesOf } from "./ids.ts";
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

export interface ChosenJobs {
  /** Lowest id first; never none. */
  readonly rows: readonly JobRow[];
  /** Of the ids that were given. */
  readonly missing: readonly IdRange[];
}

/** @throws UserError; NoSuchJobError when there are none at all */
export async function chosenJobs(connection: Connection, choice: LogChoice): Promise<ChosenJobs> {
  const { rows, missing } = await meantJobs(connection, choice);
  const { since } = choice;
  const recent = since === undefined ? rows : rows.filter(({ endedAt }) => endedAt === undefined || endedAt >= since);
  if (recent.length > 0) return { rows: recent, missing };
  if (rows.length > 0) throw new NoSuchJobError("None of these jobs ran in that time.\nGive a longer one: --since 7d");
  if (choice.failed === true && missing.length === 0) throw new NoSuchJobError("None of these jobs has failed.");
  throw noSuchJob(formatIds(missing));
}

async function meantJobs(connection: Connection, choice: LogChoice): Promise<ChosenJobs> {
  const { which, rank, all, failed } = choice;
  const named = typeof which === "string" ? await idsOfName(connection, which) : which;
  const isWide = rank !== undefined || all === true || failed === true;
  if (typeof which === "string") {
    if (!isWide && countIds(named) > 1) throw tooMany(which, named);
    return { rows: await wanted(connection, named, choice), missing: [] };
  }
  const rows = await read(connection, named);
  const missing = subtract(named, rangesOf(rows.map(({ id }) => id)));
  if (!isWide || rows.length === 0) return { rows, missing };
  return { rows: await wanted(connection, launchesOf(rows), choice), missing };
}

/** Of these launches. @throws NoSuchJobError when there is no such rank. */
async function wanted(
  connection: Connection,
  ids: readonly IdRange[],
  { rank, failed }: LogChoice,
): Promise<readonly JobRow[]> {
  return rank === undefined
    ? await read(connection, ids, failed === true ? FAILURES : undefined)
    : await rankOf(connection, ids, rank);
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
function launchesOf(rows: readonly JobRow[]): readonly IdRange[] {
  const firsts = new Map(rows.map(({ id, rank, numJobs }) => [id - rank, numJobs]));
  return [...firsts].map(([first, count]) => ({ first, last: first + count - 1 }));
}

async function rankOf(connection: Connection, ids: readonly IdRange[], rank: number): Promise<readonly JobRow[]> {
  const of = ids.flatMap(({ first, last }) =>
    first + rank <= last ? [{ first: first + rank, last: first + rank }] : [],
  );
  if (of.length > 0) return await read(connection, of);
  throw new NoSuchJobError(`There is no rank ${rank} of jobs ${formatIds(ids)}.\nRanks begin with 0.`);
}

function tooMany(name: string, ids: readonly IdRange[]): UserError {
  return new UserError(
    `'${name}' names ${countIds(ids)} jobs: ${formatIds(ids)}.\nSay which: --rank R, --failed, or --all for all of them.`,
  );
}
