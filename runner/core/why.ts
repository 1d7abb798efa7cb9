/** What keeps each worker of its pool from having a waiting job: the scheduler's own predicate, worker by worker. */
import type { Why } from "../api.ts";
import { describeCapacity } from "./fits.ts";
import type { Pool, State, WorkerView } from "./model.ts";
import { isWaiting } from "./model.ts";
import type { Obstacle } from "./obstacle.ts";
import { obstacle } from "./obstacle.ts";
import { intersect, total } from "./ranges.ts";
import { stagedJobs } from "./staging.ts";

/** `undefined` for a job that does not wait. Also for ranks without a row. */
export function why(
  state: State,
  job: { readonly id: number; readonly submission: number },
  now: number,
): Why | undefined {
  const submission = state.submissions.get(job.submission);
  const pool = submission && state.pools.get(submission.pool);
  const live = state.jobs.get(job.id);
  const waits = !live || isWaiting(live) || stagedJobs(state).has(job.id);
  if (!submission || !pool || !waits) return undefined;
  const workers = [...pool.workers.values()].map((view) => {
    const found = obstacle(view, submission.resources, now);
    const { id, name } = view.entry;
    return { id, name, detail: found ? detailOf(found, view) : "", ...(found ? { obstacle: found.kind } : {}) };
  });
  return { ahead: ahead(pool, job.id), workers, target: pool.roster.size.target };
}

/** First in, first out: what waits with a lower id. */
function ahead(pool: Pool, id: number): number {
  const before = { first: 1, last: id - 1 };
  return (
    total(pool.spans.flatMap((span) => intersect(span, before) ?? [])) + pool.waiting.filter((one) => one < id).length
  );
}

function detailOf(found: Obstacle, { entry, connection, jobs }: WorkerView): string {
  switch (found.kind) {
    case "not-ready":
      return [entry.state, entry.reason].filter((part) => part !== "").join(": ");
    case "leaving":
      return "";
    case "disconnected":
      return connection.kind === "down" ? connection.reason : "";
    case "cordoned":
    case "held":
      return found.reason;
    case "busy":
      return jobs.length === 0 ? "" : `job ${jobs[0]}`;
    case "too-small":
      return describeCapacity(entry.capacity);
  }
}
