/**
 * The variables that a job finds: SkyPilot's, and the same under LIDO_. All of them travel once per submission and worker:
 * what differs from rank to rank follows from the job's id, and is worked out there.
 */
import type { JobSpec } from "../../spec/index.ts";
import type { OfJob, Roster, Submission as Sent } from "../../worker/index.ts";
import type { Submission } from "./model.ts";

type Env = Readonly<Record<string, string>>;

const PREFIXES = ["SKYPILOT_", "LIDO_"] as const;
const SET =
  /^(?:SKYPILOT|LIDO)_(?:JOB_RANK|NUM_JOBS|TASK_ID|MANAGED_JOB_ID|NODE_RANK|NODE_IPS|NUM_NODES|NUM_GPUS_PER_NODE|CLUSTER_INFO|USER)$/;

/** Whether each rank finds this variable as it is made here, whatever its user says. */
export function isSetByLido(name: string): boolean {
  return SET.test(name);
}

export interface Place {
  readonly roster: Roster;
  readonly worker: number;
}

/** What a submission's jobs find on one worker. */
export function environmentOf(
  { job, submission, user }: { readonly job: JobSpec; readonly submission: Submission; readonly user: string },
  place: Place,
): Pick<Sent, "env" | "perJob"> {
  return {
    env: { ...submissionEnv(job, submission, user), ...placeEnv(place) },
    perJob: rankEnv(submission),
  };
}

/** The user's own variables and secrets, and what is the same for every rank on every worker. */
function submissionEnv(job: JobSpec, submission: Submission, user: string): Env {
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

/** The rank, and what bears the job's id. */
function rankEnv({ first, name, submittedAt }: Submission): Readonly<Record<string, OfJob>> {
  return bothNames<OfJob>({
    JOB_RANK: { minus: first },
    TASK_ID: { before: `sky-managed-${timestamp(submittedAt)}_${name}_`, after: "-0" },
    MANAGED_JOB_ID: {},
  });
}

function placeEnv({ roster, worker }: Place): Env {
  const entry = roster.workers.find((one) => one.id === worker);
  const accelerators = Object.values(entry?.capacity.accelerators ?? {}).reduce((sum, count) => sum + count, 0);
  return bothNames({
    NODE_IPS: entry?.host ?? "",
    NUM_GPUS_PER_NODE: String(Math.floor(accelerators)),
    CLUSTER_INFO: JSON.stringify({ cluster_name: roster.pool, cloud: roster.infra.split("/")[0] ?? "" }),
  });
}

function bothNames<T>(values: Readonly<Record<string, T>>): Record<string, T> {
  const entries = Object.entries(values);
  return Object.fromEntries(PREFIXES.flatMap((prefix) => entries.map(([k, v]) => [prefix + k, v])));
}

/** `2026-05-20-20-53-47-123000`, UTC: date, time and microseconds. */
function timestamp(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 19).replaceAll(/[T:]/g, "-")}-${iso.slice(20, 23)}000`;
}
