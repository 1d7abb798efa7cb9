/** How it is said that jobs do not exist, by the controller and by every command. Exit code 102. */
import { UserError } from "../spec/errors.ts";

/** A job, a rank or an attempt that is not there. */
export class NoSuchJobError extends UserError {
  override readonly name: string = "NoSuchJobError";
  constructor(message: string) {
    super(message, { exitCode: 102 });
  }
}

/** `ids` as people write them: `17`, `3-12,17`. */
export function absentWords(ids: string): string {
  return /[-,]/.test(ids) ? `There are no jobs ${ids}.` : `There is no job ${ids}.`;
}

export function noSuchJob(ids: string): NoSuchJobError {
  return new NoSuchJobError(`${absentWords(ids)}\n\`lido jobs queue\` lists the jobs that there are.`);
}
