/** What keeps each worker of its pool from having a waiting job: the scheduler's own predicate, worker by worker. */
import type { Why } from "../api.ts";
import { describeCapacity } from "./fits.ts";
import type { Pool, State, WorkerView } from "./model.ts";
import { isGone, isWaiting, priorityOf } from "./model.ts";
import type { Obstacle } from "./obstacle.ts";
import { obstacle } from "./obstacle.ts";
import { intersect, total } from "./ranges.ts";

/** `undefined` for a job that does not wait, or is staged: its worker is settled. Also for ranks without a row. */
export function why(
  state: State,
  job: { readonly id: number; readonly submission: number },
  now: number,
): Why | undefined {
  const submission = state.submissions.get(job.submission);
  const pool = submission && state.pools.get(submission.pool);
  const live = state.jobs.get(job.id);
  if (!submission || !pool || (live && !isWaiting(live))) return undefined;
  const workers = [...pool.workers.values()].map((view) => {
    const found = obstacle(view, submission.resources, now);
    const { id, name } = view.entry;
    return { id, name, detail: found ? detailOf(found, view) : "", ...(found ? { obstacle: found.kind } : {}) };
  });
  const gone = isGone(pool) ? { gone: pool.trouble } : {};
  return { ahead: ahead(state, pool, job), workers, target: pool.roster.size.target, ...gone };
}

/** What waits with a higher priority, or with the same and a lower id. */
function ahead(state: State, pool: Pool, job: { readonly id: number; readonly submission: number }): number {
  const own = priorityOf(state, job.submission);
  const before = (submission: number) => {
    const other = priorityOf(state, submission);
    return { first: 1, last: other > own ? Number.MAX_SAFE_INTEGER : other === own ? job.id - 1 : 0 };
  };
  const ranks = pool.spans.flatMap((span) => intersect(span, before(span.submission)) ?? []);
  const back = pool.waiting.filter((id) => id <= before(state.jobs.get(id)?.submission ?? 0).last);
  return total(ranks) + back.length;
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
    case "disk-full":
      return found.reason;
    case "busy":
      return jobs.length === 0 ? "" : `job ${jobs[0]}`;
    case "too-small":
      return describeCapacity(entry.capacity);
  }
}
