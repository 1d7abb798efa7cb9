/** Rows of the queue as callers see them: what is stored, with the reason as it is now. */

import { NotFoundError } from "../../spec/index.ts";
import type { JobRow, QueueParams, QueueResult, SubmissionRow, SubmissionsParams, SubmissionsResult } from "../api.ts";
import type { State } from "../core/index.ts";
import { explain, isTerminal, normalize } from "../core/index.ts";
import type { Store, StoredRow, StoredSubmission } from "../store/index.ts";

export function rowNow(state: State, stored: StoredRow, now: number): JobRow {
  const { submission, poolIdentity: _, ...row } = stored;
  if (isTerminal(row.status)) return row;
  return { ...row, reason: explain(state, row.id, submission, now) };
}

export async function findRow(store: Store, id: number): Promise<StoredRow | undefined> {
  const [row] = await store.page({ ids: [{ first: id, last: id }], limit: 1 });
  return row;
}

export function noSuchJob(id: number): NotFoundError {
  return new NotFoundError(`There is no job ${id}. To see the jobs that there are, run: lido jobs queue`);
}

const LARGEST_PAGE = 10_000;

interface Now {
  readonly store: Store;
  readonly state: State;
  readonly now: number;
}

export async function queuePage(params: QueueParams, { store, state, now }: Now): Promise<QueueResult> {
  const limit = Math.max(1, Math.min(params.limit, LARGEST_PAGE));
  const stored = await store.page({ ...params, limit: limit + 1 });
  const rows = stored.slice(0, limit).map((row) => rowNow(state, row, now));
  const last = rows.at(-1);
  return stored.length > limit && last ? { rows, next: last.id } : { rows };
}

const LARGEST_FOLDED_PAGE = 1_000;

export async function submissionsPage(params: SubmissionsParams, at: Now): Promise<SubmissionsResult> {
  const limit = Math.max(1, Math.min(params.limit, LARGEST_FOLDED_PAGE));
  const stored = await at.store.submissions({ ...params, limit: limit + 1 });
  const shown = stored.slice(0, limit);
  const single = await singleJobs(shown, at);
  const rows = shown.map((one) => submissionNow(one, single.get(one.ids.first), at));
  const last = rows.at(-1);
  return stored.length > limit && last ? { rows, next: last.ids.first } : { rows };
}

/** Of the submissions of one job, that job. */
async function singleJobs(stored: readonly StoredSubmission[], at: Now): Promise<ReadonlyMap<number, JobRow>> {
  const ids = normalize(stored.map((one) => one.ids).filter(({ first, last }) => first === last));
  if (ids.length === 0) return new Map();
  const rows = await at.store.page({ ids, limit: stored.length });
  return new Map(rows.map((row) => [row.id, rowNow(at.state, row, at.now)]));
}

function submissionNow(stored: StoredSubmission, job: JobRow | undefined, { state, now }: Now): SubmissionRow {
  const { waiting, ...row } = stored;
  const works = (row.byStatus.RUNNING ?? 0) + (row.byStatus.STARTING ?? 0) > 0;
  const reason = waiting === undefined || works ? "" : explain(state, waiting, row.ids.first, now);
  return { ...row, reason, ...(job === undefined ? {} : { job }) };
}
