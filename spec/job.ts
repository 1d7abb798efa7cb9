/** A job file -> what one rank runs. How a worker is prepared is the pool's to say, so that is ignored. */
import { checked } from "./check.ts";
import { plain, present } from "./plain.ts";
import { warning } from "./problem.ts";
import { type Task, taskSchema } from "./task.ts";
import type { JobSpec, Parsed } from "./types.ts";
import { readYaml } from "./yaml.ts";

const OF_THE_POOL = ["workdir", "file_mounts", "setup", "volumes"] as const;

/** Throws SpecError with everything that is wrong in the text. `file` is its name in errors. */
export function parseJob(text: string, options: { readonly file: string }): Parsed<JobSpec> {
  const source = readYaml(text, options.file);
  const task = checked(taskSchema("job"), source);
  const warnings = OF_THE_POOL.filter((key) => task[key] !== undefined).map((key) =>
    warning(`\`${key}\` is ignored: the pool prepares its workers`, source.origin.where([key], "key")),
  );
  return plain({ spec: jobOf(task), warnings });
}

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
