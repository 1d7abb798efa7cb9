/** What became of jobs, in numbers, in words and as an exit code. Pure. */
import type { ExitCode } from "../../spec/errors.ts";
import type { Counts, IdRange, JobRow, JobStatus } from "../api.ts";
import { STATUSES } from "../statuses.ts";
import { duration } from "./time.ts";
import { harmless } from "./width.ts";

/** Where a job stands, as far as a summary tells it apart. */
export type Standing = "succeeded" | "failed" | "cancelled" | "running" | "recovering" | "cancelling" | "pending";

export function standingOf(status: JobStatus): Standing {
  switch (status) {
    case "PENDING":
      return "pending";
    case "STARTING":
    case "RUNNING":
      return "running";
    case "RECOVERING":
      return "recovering";
    case "CANCELLING":
      return "cancelling";
    case "SUCCEEDED":
      return "succeeded";
    case "FAILED":
    case "FAILED_SETUP":
    case "FAILED_PRECHECKS":
    case "FAILED_NO_RESOURCE":
    case "FAILED_CONTROLLER":
      return "failed";
    case "CANCELLED":
      return "cancelled";
  }
}

const OVER: readonly Standing[] = ["succeeded", "failed", "cancelled"];

export const FAILURES = STATUSES.filter((status) => standingOf(status) === "failed");
export const UNFINISHED = STATUSES.filter((status) => !OVER.includes(standingOf(status)));

export function isStatus(text: string): text is JobStatus {
  return STATUSES.some((status) => status === text);
}

/** What comes first tells most about many jobs: while any work goes on that, and then the worst end. */
const TELLING: readonly JobStatus[] = [
  "RUNNING",
  "STARTING",
  "RECOVERING",
  "CANCELLING",
  "PENDING",
  "FAILED_SETUP",
  "FAILED_PRECHECKS",
  "FAILED_NO_RESOURCE",
  "FAILED_CONTROLLER",
  "FAILED",
  "CANCELLED",
  "SUCCEEDED",
];

/** One status for many jobs. */
export function overallStatus(byStatus: Counts["byStatus"]): JobStatus {
  return TELLING.find((status) => (byStatus[status] ?? 0) > 0) ?? "PENDING";
}

export type Tally = Readonly<Record<Standing, number>>;

export function tally(counts: Counts): Tally {
  const sums = { succeeded: 0, failed: 0, cancelled: 0, running: 0, recovering: 0, cancelling: 0, pending: 0 };
  for (const [status, count] of Object.entries(counts.byStatus)) sums[standingOf(status as JobStatus)] += count;
  return sums;
}

export function finished(sums: Tally): number {
  return OVER.reduce((sum, standing) => sum + sums[standing], 0);
}

/** `9 succeeded, 1 failed` */
export function tallyWords(sums: Tally): string {
  const words = Object.entries(sums).flatMap(([standing, count]) => (count === 0 ? [] : [`${count} ${standing}`]));
  return words.length === 0 ? "none" : words.join(", ");
}

export function jobs(count: number): string {
  return count === 1 ? "1 job" : `${count} jobs`;
}

/** Of several outcomes the first that is true counts: not found, not over, failed, cancelled. */
export function exitCodeOf(counts: Counts, missing: readonly IdRange[] = []): ExitCode | 0 {
  const sums = tally(counts);
  if (missing.length > 0) return 102;
  if (finished(sums) < counts.total) return 101;
  if (sums.failed > 0) return 100;
  return sums.cancelled > 0 ? 103 : 0;
}

export function exitCodeOfJob(job: JobRow): ExitCode | 0 {
  return exitCodeOf({ total: 1, byStatus: { [job.status]: 1 }, lastFailed: [] });
}

/** `Job 3 FAILED after 2.1s: exit code 7.` */
export function jobWords(job: JobRow): string {
  const { startedAt, endedAt } = job;
  const took = startedAt === undefined || endedAt === undefined ? "" : ` after ${duration(endedAt - startedAt)}`;
  const why = whyWords(job);
  return `Job ${job.id} ${job.status}${took}${why === "" ? "" : `: ${why}`}.`;
}

/** The job's reason, or its exit code where that says more than its status. Without the full stop; one harmless line. */
export function whyWords({ reason, exitCode, status }: JobRow): string {
  if (reason !== "") return harmless(reason.replace(/\.$/, ""));
  return exitCode === undefined || exitCode === 0 || status === "CANCELLED" ? "" : `exit code ${exitCode}`;
}
