/**
 * The variables that a job finds: SkyPilot's, and the same under LIDO_. What all ranks share travels once per worker,
 * what differs with each START.
 */
import type { JobSpec } from "../../spec/index.ts";
import type { Roster } from "../../worker/index.ts";
import type { Submission } from "./model.ts";

type Env = Readonly<Record<string, string>>;

/** The user's own variables and secrets, and what is the same for every rank on every worker. */
export function submissionEnv(job: JobSpec, submission: Submission, user: string): Env {
  const given = Object.entries({ ...job.envs, ...job.secrets }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return {
    PYTHONUNBUFFERED: "1",
    ...Object.fromEntries(given),
    ...bothNames({
      NUM_JOBS: String(submission.last - submission.first + 1),
      NUM_NODES: "1",
      NODE_RANK: "0",
      USER: user,
    }),
  };
}

/** What differs: the rank, and the worker that it runs on. */
export function rankEnv(
  submission: Submission,
  id: number,
  place: { readonly roster: Roster; readonly worker: number },
): Env {
  const { roster } = place;
  const entry = roster.workers.find((one) => one.id === place.worker);
  const accelerators = Object.values(entry?.capacity.accelerators ?? {}).reduce((sum, count) => sum + count, 0);
  return bothNames({
    JOB_RANK: String(id - submission.first),
    TASK_ID: `sky-managed-${timestamp(submission.submittedAt)}_${submission.name}_${id}-0`,
    MANAGED_JOB_ID: String(id),
    NODE_IPS: entry?.host ?? "",
    NUM_GPUS_PER_NODE: String(Math.floor(accelerators)),
    CLUSTER_INFO: JSON.stringify({ cluster_name: roster.pool, cloud: roster.infra.split("/")[0] ?? "" }),
  });
}

function bothNames(values: Env): Env {
  const entries = Object.entries(values);
  return Object.fromEntries(["SKYPILOT_", "LIDO_"].flatMap((prefix) => entries.map(([k, v]) => [prefix + k, v])));
}

/** `2026-05-20-20-53-47-123000`, UTC: date, time and microseconds. */
function timestamp(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 19).replaceAll(/[T:]/g, "-")}-${iso.slice(20, 23)}000`;
}
