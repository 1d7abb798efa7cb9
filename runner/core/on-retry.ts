/** Which jobs that did not succeed run once more: all that are asked for and are not live again already. */
import type { Change, EventOf, Step } from "./events.ts";
import type { State } from "./model.ts";
import { intersect, subtract } from "./ranges.ts";
import { tryAgain } from "./transitions.ts";

export function onRetry(state: State, { jobs, ranks }: EventOf<"retry">): Step {
  const again = jobs.flatMap(({ of: submission, ...job }): Change[] => {
    if (state.jobs.has(job.id) || !state.pools.has(submission.pool)) return [];
    const expected = { status: job.status, attempt: job.attempt };
    return [{ kind: "retried", submission, expected, job: tryAgain(job) }];
  });
  return { changes: [...again, ...ranks.flatMap((range) => ranksAgain(state, range))], effects: [] };
}

/** Ranks that never had a row are pending as if just submitted. */
function ranksAgain(state: State, { of: submission, ...range }: EventOf<"retry">["ranks"][number]): readonly Change[] {
  const pool = state.pools.get(submission.pool);
  if (!pool) return [];
  const pending = pool.spans.flatMap((span) => intersect(span, range) ?? []);
  const live = [...state.jobs.keys()].map((id) => ({ first: id, last: id }));
  return subtract([range], [...pending, ...live]).map((cut) => ({ kind: "span-retried", submission, cut }));
}
