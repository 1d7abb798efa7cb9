/** The keys of each section of a file, and in which section a key that stands in the wrong one belongs. */
import { nearest } from "./nearest.ts";

export const TASK_KEYS = [
  ...(["name", "workdir", "num_nodes", "resources", "file_mounts", "pool", "service", "setup", "run"] as const),
  ...(["envs", "secrets", "volumes", "config", "timeout", "cancel_grace_seconds"] as const),
] as const;

export const POOL_KEYS = [
  ...(["workers", "min_workers", "max_workers"] as const),
  ...(["queue_length_threshold", "upscale_delay_seconds", "downscale_delay_seconds", "update_policy"] as const),
] as const;

export const POLICY_KEYS = [
  ...(["max_surge", "max_unavailable", "canary", "canary_check"] as const),
  ...(["drain_timeout", "max_duration", "setup_timeout", "mode"] as const),
] as const;

export const RESOURCE_KEYS = [
  ...(["infra", "cloud", "region", "zone", "cpus", "memory", "accelerators", "instance_type", "use_spot"] as const),
  ...([
    "disk_size",
    "disk_tier",
    "network_tier",
    "local_disk",
    "max_hourly_cost",
    "ports",
    "labels",
    "image_id",
  ] as const),
  ...(["autostop", "job_recovery", "priority"] as const),
] as const;

export const RECOVERY_KEYS = [
  ...(["strategy", "max_restarts_on_errors", "recover_on_exit_codes", "on_disconnect", "lease_seconds"] as const),
] as const;

export type TaskKey = (typeof TASK_KEYS)[number];
export type PoolKey = (typeof POOL_KEYS)[number];
export type PolicyKey = (typeof POLICY_KEYS)[number];
export type ResourceKey = (typeof RESOURCE_KEYS)[number];
export type RecoveryKey = (typeof RECOVERY_KEYS)[number];

/** What users of other tools write. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  gpu: "accelerators",
  gpus: "accelerators",
  mem: "memory",
  ram: "memory",
  spot: "use_spot",
  instance: "instance_type",
  image: "image_id",
  replicas: "workers",
  cmd: "run",
  command: "run",
  surge: "max_surge",
  unavailable: "max_unavailable",
  canaries: "canary",
  strategy: "mode",
  script: "run",
};

/** The known key that was most likely meant, if any is near. */
export function meant(key: string, known: readonly string[]): string | undefined {
  const word = Object.hasOwn(OTHER_WORDS, key) ? OTHER_WORDS[key] : undefined;
  return word && known.includes(word) ? word : nearest(key, known);
}

/** What to do with a key that is known, but not in the section where it stands. */
export function elsewhere(key: string): string | undefined {
  const is = (keys: readonly string[]): boolean => keys.includes(key);
  if (is(POOL_KEYS)) return `write \`${key}\` under \`pool:\``;
  if (is(POLICY_KEYS)) return `write \`${key}\` under \`update_policy:\`, which stands under \`pool:\``;
  if (is(RECOVERY_KEYS) && !is(POLICY_KEYS) && key !== "strategy") {
    return `write \`${key}\` under \`job_recovery:\`, which stands under \`resources:\``;
  }
  if (is(RESOURCE_KEYS) || key === "any_of" || key === "ordered") return `write \`${key}\` under \`resources:\``;
  if (is(TASK_KEYS)) return `write \`${key}\` at the left margin, outside of this section`;
  return undefined;
}
