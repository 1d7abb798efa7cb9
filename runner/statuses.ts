/** Every status that a job may have, in the order of its life. */
import type { JobStatus } from "./api.ts";

const EACH: Readonly<Record<JobStatus, true>> = {
  PENDING: true,
  STARTING: true,
  RUNNING: true,
  RECOVERING: true,
  CANCELLING: true,
  SUCCEEDED: true,
  FAILED: true,
  FAILED_SETUP: true,
  FAILED_PRECHECKS: true,
  FAILED_NO_RESOURCE: true,
  FAILED_CONTROLLER: true,
  CANCELLED: true,
};

export const STATUSES = Object.keys(EACH) as readonly JobStatus[];
