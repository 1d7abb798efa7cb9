/** One sentence about each key of a file, which editors show. docs/pool-file.md and docs/job-file.md have the rest. */
import type { PolicyKey, PoolKey, RecoveryKey, ResourceKey, TaskKey } from "./keys.ts";

type About<K extends string> = Readonly<Record<K, string>>;

export const ABOUT_TASK: About<TaskKey> = {
  name: "The name of the pool or of the job.",
  workdir: "A folder, or {url, ref} of a git repository: ~/sky_workdir on every worker. Pools only.",
  num_nodes: "Always 1: a rank runs on one worker.",
  resources: "What a worker of the pool has, or what a rank of the job needs.",
  file_mounts: "Path on the worker: local path or bucket. Pools only.",
  pool: "How many workers the pool has; in a job file also the name of the pool that runs it.",
  service: "Another spelling: {pool: …}.",
  setup: "Bash, run once on each worker before it takes jobs. Pools only.",
  run: "Bash, run by each rank. Jobs only.",
  envs: "Environment variables; null: to be filled with --env.",
  secrets: "Environment variables that are never shown; null: to be filled with --secret.",
  volumes: "Read, and not served.",
  config: "Read for SkyPilot's sake; changes nothing.",
  timeout: "The longest that an attempt may run: 90 (seconds), 90s, 10m, 2h. Jobs only.",
  cancel_grace_seconds: "How long a cancelled job has between TERM and KILL; 10 unless told. Jobs only.",
};

export const ABOUT_POOL: About<PoolKey> = {
  workers: "A fixed number of workers.",
  min_workers: "The fewest workers, with max_workers.",
  max_workers: "The most workers.",
  queue_length_threshold: "So many waiting jobs call for another worker.",
  upscale_delay_seconds: "How long the queue must be that long before workers are added.",
  downscale_delay_seconds: "How long workers must be idle before they go.",
  update_policy: "At what pace, and by what rules, workers are replaced.",
};

export const ABOUT_POLICY: About<PolicyKey> = {
  max_surge: "Workers above the size while workers are replaced: a count or 25%; 1 unless told.",
  max_unavailable: "Ready workers that may be missing meanwhile: a count or 25%; 0 unless told.",
  canary: "So many new workers come first, and must be ready before the rest follows.",
  canary_check: "Bash that must succeed on each canary.",
  drain_timeout: "After so long a leaving worker goes although its job still runs; never unless told.",
  max_duration: "After so long a change stops where it is; the next run goes on.",
  setup_timeout: "After so long a worker's setup counts as failed.",
  mode: "rolling: one after the other; blue_green: all new ones first.",
};

export const ABOUT_RESOURCES: About<ResourceKey | "any_of" | "ordered"> = {
  infra: "Where machines come from: local, ssh/NAME, aws/us-east-1/us-east-1a, gcp/us-central1, */us-east-1.",
  cloud: "Older spelling: write it into infra.",
  region: "Older spelling: write it into infra.",
  zone: "Older spelling: write it into infra.",
  cpus: "4, 4+ (at least), 0.5.",
  memory: "32 (GB), 64GB, 64GB+ (at least), 16Gi.",
  accelerators:
    "H100, H100:8, L4:0.5, {H100: 8}; {'T4:1', 'V100:1'} means any of them, a list the first that can be had.",
  instance_type: "The cloud's name of the machine.",
  use_spot: "Whether a machine may be taken away.",
  disk_size: "256 (GB), 256GB, 1TB.",
  disk_tier: "low, medium, high, ultra or best.",
  network_tier: "standard or best.",
  local_disk: "A disk of the machine itself: nvme:1000+.",
  max_hourly_cost: "The most that a machine may cost, in US dollars.",
  ports: "A port, a range, or a list of these. Jobs only.",
  labels: "Names and values for the cloud's machines.",
  image_id: "The machine's image, by region if need be; docker:NAME is a container.",
  autostop: "Read for SkyPilot's sake; pools have their own size.",
  job_recovery: "What follows when a rank fails or its worker does not answer. Jobs only.",
  priority: "-1000 to 1000; larger runs earlier.",
  any_of: "Alternatives: any of them will do. Each lies over the keys beside any_of.",
  ordered: "Alternatives: the first that can be had.",
};

export const ABOUT_RECOVERY: About<RecoveryKey> = {
  strategy: "Read for SkyPilot's sake.",
  max_restarts_on_errors: "So many failed attempts are followed by another one; 0 unless told.",
  recover_on_exit_codes: "An attempt that ends with one of these is followed by another one, however often.",
  on_disconnect: "While the worker does not answer: wait, lease (the worker ends the job) or eager (may run twice).",
  lease_seconds: "With lease: after so long without its controller the worker ends the job; 60 unless told.",
};
