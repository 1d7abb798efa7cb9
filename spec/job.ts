/** A job file -> what one rank runs. How a worker is prepared is the pool's to say, so that is ignored. */
import { checked, type Source } from "./check.ts";
import { ignoredKeys } from "./ignored.ts";
import { knownPlaces } from "./known-places.ts";
import { plain, present } from "./plain.ts";
import { type Task, taskSchema } from "./task.ts";
import type { JobSpec, Parsed, Warning } from "./types.ts";
import { readYaml } from "./yaml.ts";

/** What a job file may say and no job does. */
const IGNORED = Object.fromEntries(
  ["workdir", "file_mounts", "setup", "volumes"].map((key) => [
    key,
    `\`${key}\` is ignored: the pool prepares its workers`,
  ]),
);

/** Throws SpecError with everything that is wrong in the text. `file` is its name in errors. */
export function parseJob(text: string, options: { readonly file: string }): Parsed<JobSpec> {
  return jobFrom(readYaml(text, options.file));
}

/** Throws SpecError. */
export function jobFrom(source: Source): Parsed<JobSpec> {
  const task = checked(taskSchema("job"), source);
  const { envs, secrets } = task;
  return plain({
    spec: jobOf(task),
    warnings: jobWarnings(source),
    places: knownPlaces({ envs, secrets }, source.origin),
  });
}

/** What is ignored, also when something else is wrong. */
export const jobWarnings = (source: Source): readonly Warning[] => ignoredKeys(source, IGNORED);

function jobOf(task: Task): JobSpec {
  return {
    kind: "job",
    run: task.run ?? "",
    resources: task.resources ?? { ordered: false, anyOf: [] },
    envs: task.envs ?? {},
    secrets: task.secrets ?? {},
    ...present<JobSpec>({
      name: task.name,
      pool: typeof task.pool === "string" ? task.pool : undefined,
      config: task.config,
      timeoutSeconds: task.timeout,
      cancelGraceSeconds: task.cancel_grace_seconds,
    }),
  };
}
