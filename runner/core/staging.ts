/**
 * Whether a worker that is busy is given its next job ahead of time, so that it need not wait for this controller in
 * between. Only where jobs are short: behind a long one a rank would be kept from workers that become free before. What
 * is staged has not begun: its worker claims it when its turn comes, and until then it can be taken back.
 */
import type { LiveSubmission, State, WorkerView } from "./model.ts";

/** Of a job that is longer a round trip is but a small part. */
const SHORT_MS = 1_000;
/** So much work lies with a worker: more than the way there and back takes, and the controller's own part. */
const AHEAD_MS = 100;
const MOST = 16;

/** By those of its jobs that have ended. */
export function isShort({ typicalMs }: LiveSubmission): boolean {
  return typicalMs !== undefined && typicalMs <= SHORT_MS;
}

/** How many jobs of such a submission a worker may have, with the one that it runs. */
export function depthFor(submission: LiveSubmission): number {
  if (!isShort(submission)) return 1;
  return Math.min(MOST, 1 + Math.ceil(AHEAD_MS / Math.max(1, submission.typicalMs ?? 0)));
}

/** Whether something may be staged behind what the worker has. */
export function mayStage(state: State, view: WorkerView, now: number): boolean {
  if (view.connection.kind === "down" || !view.connection.stages) return false;
  if (view.jobs.length > 0 && isSlow(view, now)) return false;
  return view.jobs.every((id) => {
    const job = state.jobs.get(id);
    const submission = job && state.submissions.get(job.submission);
    return submission !== undefined && job?.status !== "CANCELLING" && depthFor(submission) > 1;
  });
}

/** Nothing was heard of its first job for longer than a short one takes. */
export function isSlow(view: WorkerView, now: number): boolean {
  return now - view.askedAt > SHORT_MS;
}

/** Whether the worker runs another job first. */
export function isStaged(state: State, view: WorkerView, id: number): boolean {
  return view.jobs[0] !== id && state.jobs.get(id)?.status === "STARTING";
}

/** The same of a job whose worker is to be found first. */
export function isJobStaged(state: State, id: number): boolean {
  const job = state.jobs.get(id);
  if (job?.status !== "STARTING") return false;
  const pool = state.pools.get(state.submissions.get(job.submission)?.pool ?? "");
  const view = pool?.workers.get(job.worker);
  return view !== undefined && isStaged(state, view, id);
}

/** All that is staged. To people it is still pending: it waits behind another job. */
export function stagedJobs(state: State): ReadonlySet<number> {
  const views = [...state.pools.values()].flatMap((pool) => [...pool.workers.values()]);
  return new Set(views.flatMap((view) => view.jobs.filter((id) => isStaged(state, view, id))));
}
