/** Rows of the queue as callers see them: what is stored, with the reason as it is now. */

import type {
  IdRange,
  JobRow,
  JobStatus,
  QueueParams,
  QueueResult,
  SubmissionRow,
  SubmissionsParams,
  SubmissionsResult,
} from "../api.ts";
import type { State } from "../core/index.ts";
import { explain, isJobStaged, isTerminal, normalize, stagedJobs } from "../core/index.ts";
import type { Store, StoredRow, StoredSubmission } from "../store/index.ts";

export function rowNow(state: State, stored: StoredRow, now: number): JobRow {
  const { submission, poolIdentity: _, ...row } = stored;
  if (isTerminal(row.status)) return row;
  const reason = explain(state, row.id, submission, now);
  if (row.status !== "STARTING" || !isJobStaged(state, row.id)) return { ...row, reason };
  const { worker: __, ...pending } = row;
  return { ...pending, status: "PENDING", reason };
}

type StatusCounts = Readonly<Partial<Record<JobStatus, number>>>;

/** What is staged on a worker is stored as STARTING and counts as PENDING. */
export function countsNow(state: State, stored: StatusCounts, ranges: readonly IdRange[]): StatusCounts {
  const isAsked = (id: number) => ranges.some(({ first, last }) => first <= id && id <= last);
  const staged = [...stagedJobs(state)].filter(isAsked).length;
  if (staged === 0) return stored;
  const { STARTING: starting = 0, PENDING: pending = 0, ...others } = stored;
  return { ...others, PENDING: pending + staged, ...(starting > staged ? { STARTING: starting - staged } : {}) };
}

export async function findRow(store: Store, id: number): Promise<StoredRow | undefined> {
  const [row] = await store.page({ ids: [{ first: id, last: id }], limit: 1 });
  return row;
}

const LARGEST_PAGE = 10_000;

interface Now {
  readonly store: Store;
  readonly state: State;
  readonly now: number;
}

export async function queuePage(params: QueueParams, { store, state, now }: Now): Promise<QueueResult> {
  const limit = Math.max(1, Math.min(params.limit, LARGEST_PAGE));
  const { statuses } = params;
  const either = statuses?.some((status) => status === "PENDING" || status === "STARTING");
  const asked = either
    ? { ...params, statuses: [...new Set([...(statuses ?? []), "PENDING", "STARTING"] as const)] }
    : params;
  const stored = await store.page({ ...asked, limit: limit + 1 });
  const page = stored.slice(0, limit);
  const rows = page.map((row) => rowNow(state, row, now)).filter((row) => statuses?.includes(row.status) ?? true);
  const last = page.at(-1);
  return stored.length > limit && last ? { rows, next: last.id } : { rows };
}

const LARGEST_FOLDED_PAGE = 1_000;

export async function submissionsPage(params: SubmissionsParams, at: Now): Promise<SubmissionsResult> {
  const limit = Math.max(1, Math.min(params.limit, LARGEST_FOLDED_PAGE));
  const stored = await at.store.submissions({ ...params, limit: limit + 1 });
  const shown = stored.slice(0, limit);
  const single = await singleJobs(shown, at);
  const workers = busyWorkers(at.state);
  const rows = shown.map((one) => ({
    ...submissionNow(one, single.get(one.ids.first), at),
    workers: workers.get(one.ids.first) ?? [],
  }));
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

/** By submission: which workers have ranks of it that are not only staged. */
function busyWorkers(state: State): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  for (const pool of state.pools.values()) {
    for (const { entry, jobs } of pool.workers.values()) {
      const job = jobs[0] === undefined ? undefined : state.jobs.get(jobs[0]);
      if (job)
        found.set(
          job.submission,
          [...(found.get(job.submission) ?? []), entry.id].toSorted((a, b) => a - b),
        );
    }
  }
  return found;
}

function submissionNow(
  stored: StoredSubmission,
  job: JobRow | undefined,
  { state, now }: Now,
): Omit<SubmissionRow, "workers"> {
  const { waiting, ...rest } = stored;
  const row = { ...rest, byStatus: countsNow(state, rest.byStatus, [rest.ids]) };
  const works = (row.byStatus.RUNNING ?? 0) + (row.byStatus.STARTING ?? 0) > 0;
  const reason = waiting === undefined || works ? "" : explain(state, waiting, row.ids.first, now);
  return { ...row, reason, ...(job === undefined ? {} : { job }) };
}
