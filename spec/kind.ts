/** Whether a file is a pool or a job, where nobody says so. */
import { isMapping } from "./fault.ts";
import { meant } from "./keys.ts";
import type { Role } from "./resource-rules.ts";

/** Only a pool says how many workers there are; without that, only a job has commands to run. */
export function kindOf(value: unknown): Role {
  if (!isMapping(value)) return "job";
  const sizes = Object.entries(value).filter(([key]) => key === "pool" || key === "service");
  const size = sizes.find(([, member]) => member !== null) ?? sizes[0];
  if (size !== undefined) return typeof size[1] === "string" ? "job" : "pool";
  const written = Object.entries(value).filter(([, member]) => member !== null);
  const has = (name: string) => written.some(([key]) => key === name || meant(key, [name]) === name);
  return !has("run") && (has("pool") || ["setup", "workdir", "file_mounts"].some(has)) ? "pool" : "job";
}
