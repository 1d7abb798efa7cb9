/** What becomes of a job whose worker says nothing any more: it was silent for too long, or it is gone for good. */

import { consequenceOf } from "./answers.ts";
import type { AssignedJob, Job, State } from "./model.ts";
import { rulesFor } from "./model.ts";
import { isJobStaged } from "./staging.ts";
import { cancel, lose, loseStaged } from "./transitions.ts";

export interface Absence {
  readonly answer: "silent" | "gone";
  readonly why: string;
  readonly now: number;
}

/** The job's next form; `undefined` when it goes on being waited for. */
export function withoutWorker(state: State, job: AssignedJob, { answer, why, now }: Absence): Job | undefined {
  switch (consequenceOf(job.status, answer, rulesFor(state, job).onDisconnect)) {
    case "lose":
      if (job.status === "CANCELLING") return undefined;
      return job.status === "STARTING" && isJobStaged(state, job.id) ? loseStaged(job, why) : lose(job, why, now);
    case "cancel":
      return cancel(job, now, why);
    case "wait":
    case "start-again":
    case "begin":
    case "finish":
    case "orphan":
      return undefined;
  }
}
