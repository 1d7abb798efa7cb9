/** Which jobs that failed run once more: all that are asked for and are not live again already. */
import type { Change, EventOf, Step } from "./events.ts";
import type { State } from "./model.ts";
import { tryAgain } from "./transitions.ts";

export function onRetry(state: State, { jobs }: EventOf<"retry">): Step {
  const changes = jobs.flatMap(({ of: submission, ...job }): Change[] => {
    if (state.jobs.has(job.id) || !state.pools.has(submission.pool)) return [];
    const expected = { status: job.status, attempt: job.attempt };
    return [{ kind: "retried", submission, expected, job: tryAgain(job) }];
  });
  return { changes, effects: [] };
}
