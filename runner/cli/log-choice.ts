/** Which jobs' logs a command line means. It asks the controller which jobs there are, and prints nothing. */
import { UserError } from "../../spec/errors.ts";
import type { IdRange, JobRow } from "../api.ts";
import { intersect, subtract } from "../core/ranges.ts";
import { NoSuchJobError, noSuchJob } from "../no-such-job.ts";
import { countIds, formatIds } from "./ids.ts";
import { idsOfName } from "./named-jobs.ts";
import { FAILURES } from "./outcome.ts";
import type { Persistent } from "./persist.ts";
import { newestId, readUpwards } from "./queue-read.ts";

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
  /** Lowest id first, read as they are taken; never none. */
  readonly rows: AsyncGenerator<JobRow, void>;
  /** The only one; absent when there are more. */
  readonly only?: JobRow;
  /** All rows are of these. */
  readonly ids: readonly IdRange[];
  /** Of the ids that were given. */
  readonly missing: readonly IdRange[];
}

/** @throws UserError; NoSuchJobError when there are none at all */
export async function chosenJobs(controller: Persistent, choice: LogChoice): Promise<ChosenJobs> {
  const { since, failed } = choice;
  const { ids, missing } = await meantIds(controller, choice);
  let isAny = false;
  const recent = async function* (): AsyncGenerator<JobRow, void> {
    for await (const row of readUpwards(controller, ids, failed === true ? FAILURES : undefined)) {
      isAny = true;
      if (since === undefined || row.endedAt === undefined || row.endedAt >= since) yield row;
    }
  };
  const rest = recent();
  const ahead = [await rest.next(), await rest.next()].flatMap(({ value }) => value ?? []);
  const [first, second] = ahead;
  const rows = async function* (): AsyncGenerator<JobRow, void> {
    yield* ahead;
    yield* rest;
  };
  if (first !== undefined) return { rows: rows(), ids, missing, ...(second === undefined ? { only: first } : {}) };
  if (isAny) throw new NoSuchJobError("None of these jobs ran in that time.\nGive a longer one: --since 7d");
  if (failed === true && missing.length === 0) throw new NoSuchJobError("None of these jobs has failed.");
  throw noSuchJob(formatIds(missing));
}

async function meantIds(controller: Persistent, choice: LogChoice): Promise<Pick<ChosenJobs, "ids" | "missing">> {
  const { which, rank, all, failed } = choice;
  const isWide = rank !== undefined || all === true || failed === true;
  if (typeof which === "string") {
    const ids = await controller.persist((connection) => idsOfName(connection, which));
    if (!isWide && countIds(ids) > 1) throw tooMany(which, ids);
    return { ids: ofRank(ids, rank), missing: [] };
  }
  const there = { first: 1, last: await controller.persist(newestId) };
  const ids = which.flatMap((range) => intersect(range, there) ?? []);
  const missing = subtract(which, ids);
  if (!isWide || ids.length === 0) return { ids, missing };
  return { ids: ofRank(await launchesOf(controller, ids), rank), missing };
}

/** All ranks that were launched together with these, a range for each launch. */
async function launchesOf(controller: Persistent, ids: readonly IdRange[]): Promise<readonly IdRange[]> {
  const launches: IdRange[] = [];
  for (let [next] = ids, left = ids; next !== undefined; [next] = left) {
    const launch = await launchOf(controller, next.first);
    launches.push(launch);
    left = subtract(left, [launch]);
  }
  return launches;
}

/** The ids that were launched together with this one, which must be there. */
export async function launchOf(controller: Persistent, id: number): Promise<IdRange> {
  const one = { ids: [{ first: id, last: id }], limit: 1 };
  const { rows } = await controller.persist((connection) => connection.call("queue", one));
  const { rank = 0, numJobs = 1 } = rows[0] ?? {};
  return { first: id - rank, last: id - rank + numJobs - 1 };
}

/** @throws NoSuchJobError when no launch has such a rank. */
function ofRank(launches: readonly IdRange[], rank: number | undefined): readonly IdRange[] {
  if (rank === undefined) return launches;
  const ids = launches.flatMap(({ first, last }) =>
    first + rank <= last ? [{ first: first + rank, last: first + rank }] : [],
  );
  if (ids.length > 0) return ids;
  throw new NoSuchJobError(`There is no rank ${rank} of jobs ${formatIds(launches)}.\nRanks begin with 0.`);
}

function tooMany(name: string, ids: readonly IdRange[]): UserError {
  return new UserError(
    `'${name}' names ${countIds(ids)} jobs: ${formatIds(ids)}.\nSay which: --rank R, --failed, or --all for all of them.`,
  );
}
