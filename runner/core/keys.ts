/** How a submission and an attempt of this queue are named on workers. */
import type { AttemptKey } from "../../worker/index.ts";
import type { LiveJob } from "./model.ts";

function submissionId(queue: string, first: number): string {
  return `${queue}-${first}`;
}

export function attemptKey(queue: string, job: Pick<LiveJob, "id" | "submission" | "attempt">): AttemptKey {
  return { submission: submissionId(queue, job.submission), job: job.id, attempt: job.attempt };
}

/** Names an attempt for good. */
export function keyName({ submission, job, attempt }: AttemptKey): string {
  return `${submission} ${job}.${attempt}`;
}

/** Whether the attempt belongs to this queue: workers may be shared by several. */
export function isOurs(queue: string, key: AttemptKey): boolean {
  return key.submission.startsWith(`${queue}-`);
}
