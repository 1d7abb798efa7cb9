/** The columns of `lido jobs queue`: of jobs, and of submissions folded into a line each. Pure. */
import type { JobRow, JobStatus, SubmissionRow } from "../api.ts";
import type { Color } from "./colors.ts";
import { formatIds } from "./ids.ts";
import { jobs, overallStatus, standingOf, tally, tallyWords } from "./outcome.ts";
import type { Column } from "./table.ts";
import { ago, clockTime, duration } from "./time.ts";

/** A job a line. */
export function jobColumns(now: number): readonly Column<JobRow>[] {
  return [
    { header: "ID", cell: (job) => `${job.id}` },
    { header: "NAME", cell: (job) => job.name || "-", shrinkTo: 8 },
    { header: "POOL", cell: poolCell, shrinkTo: 24 },
    { header: "RANK", cell: (job) => `${job.rank}` },
    { header: "STATUS", cell: (job) => job.status, color: (job) => statusColor(job.status) },
    { header: "ATTEMPT", cell: (job) => `${job.attempt}`, wide: true },
    { header: "EXIT", cell: (job) => `${job.exitCode ?? "-"}`, wide: true },
    { header: "SUBMITTED", cell: (job) => ago(job.submittedAt, now) },
    { header: "STARTED", cell: (job) => clockTime(job.startedAt), wide: true },
    { header: "ENDED", cell: (job) => clockTime(job.endedAt), wide: true },
    { header: "DURATION", cell: (job) => lasted(job, now) },
    { header: "REASON", cell: (job) => job.reason, wraps: true },
  ];
}

/** A submission a line, whatever the number of its ranks. */
export function foldedColumns(now: number): readonly Column<SubmissionRow>[] {
  return [
    { header: "ID", cell: ({ ids }) => formatIds([ids]) },
    { header: "NAME", cell: ({ name }) => name || "-", shrinkTo: 8 },
    { header: "POOL", cell: foldedPoolCell, shrinkTo: 24 },
    { header: "STATUS", cell: statusOf, color: (row) => statusColor(statusOf(row)) },
    { header: "SUBMITTED", cell: ({ submittedAt }) => ago(submittedAt, now) },
    { header: "DURATION", cell: (row) => lasted(row.job ?? row, now) },
    { header: "REASON", cell: told, wraps: true },
  ];
}

function statusOf({ job, byStatus }: SubmissionRow): JobStatus {
  return job?.status ?? overallStatus(byStatus);
}

/** `10 jobs: 5 succeeded, 1 running, 4 pending` */
function told({ ids, job, byStatus, reason }: SubmissionRow): string {
  if (job !== undefined) return job.reason;
  const total = ids.last - ids.first + 1;
  const words = `${jobs(total)}: ${tallyWords(tally({ total, byStatus, lastFailed: [] }))}`;
  return reason === "" ? words : `${words}; ${reason}`;
}

function poolCell({ pool, worker }: JobRow): string {
  return worker === undefined ? pool : `${pool} (worker=${worker})`;
}

/** Workers that are named in one cell. */
const NAMED = 4;

/** `gpu-pool (worker=1,3)`, `gpu-pool (12 workers)` */
function foldedPoolCell({ pool, job, workers }: SubmissionRow): string {
  if (job !== undefined) return poolCell(job);
  if (workers.length === 0) return pool;
  return workers.length > NAMED ? `${pool} (${workers.length} workers)` : `${pool} (worker=${workers.join(",")})`;
}

function lasted({ startedAt, endedAt }: Pick<JobRow, "startedAt" | "endedAt">, now: number): string {
  return startedAt === undefined ? "-" : duration((endedAt ?? now) - startedAt);
}

export function statusColor(status: JobStatus): Color | undefined {
  switch (standingOf(status)) {
    case "succeeded":
      return "green";
    case "failed":
      return "red";
    case "running":
      return "cyan";
    case "recovering":
    case "cancelling":
    case "cancelled":
      return "yellow";
    case "pending":
      return "dim";
  }
}
