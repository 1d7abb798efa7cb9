/** Rows and counts as the controller sends them, for tests. */
import type { Counts, IdRange, JobRow, JobStatus, SubmissionRow } from "../../../runner/api.ts";
import { NOW } from "./stage.ts";

export function row(id: number, changes: Partial<JobRow> = {}): JobRow {
  return {
    id,
    name: "train",
    pool: "gpu-pool",
    rank: id - 3,
    numJobs: 10,
    status: "PENDING",
    attempt: 1,
    submittedAt: NOW - 200_000,
    reason: "",
    ...changes,
  };
}

/** One launch. */
export function launched(ids: IdRange, changes: Partial<SubmissionRow> = {}): SubmissionRow {
  const common = { name: "train", pool: "gpu-pool", submittedAt: NOW, byStatus: {}, workers: [], reason: "" };
  return { ids, ...common, ...changes };
}

export function counts(byStatus: Partial<Record<JobStatus, number>>, lastFailed: readonly JobRow[] = []): Counts {
  return { total: Object.values(byStatus).reduce((sum, one) => sum + one, 0), byStatus, lastFailed };
}
