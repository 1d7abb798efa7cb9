/** A pool file, or the same as arguments -> what a worker is, how it is set up, and how many there are. */
import { checked } from "./check.ts";
import { plain, present } from "./plain.ts";
import { warning } from "./problem.ts";
import { type Task, taskSchema } from "./task.ts";
import type { Parsed, PoolSpec } from "./types.ts";
import { readYaml } from "./yaml.ts";

/** What a pool file may say and no pool does. */
const IGNORED = {
  run: "`run` is ignored: a pool only prepares its workers, and each job brings its own `run`",
  volumes: "`volumes` is ignored: no source of machines serves it yet",
  config: "`config` is ignored: it is read for SkyPilot's sake and changes nothing",
  timeout: "`timeout` is ignored: each job says how long it may run",
  cancel_grace_seconds: "`cancel_grace_seconds` is ignored: each job says how long it has to end",
} as const;

/** Throws SpecError with everything that is wrong in the text. `file` is its name in errors. */
export function parsePool(text: string, options: { readonly file: string }): Parsed<PoolSpec> {
  const source = readYaml(text, options.file);
  const task = checked(taskSchema("pool"), source);
  const ignored = (Object.keys(IGNORED) as (keyof typeof IGNORED)[]).filter((key) => task[key] !== undefined);
  return plain({
    spec: poolOf(task),
    warnings: ignored.map((key) => warning(IGNORED[key], source.origin.where([key], "key"))),
  });
}

export function poolOf(task: Task): PoolSpec {
  const section = typeof task.pool === "object" ? task.pool : task.service;
  if (!section) throw new Error("a checked pool has a size");
  return plain<PoolSpec>({
    kind: "pool",
    size: section.size,
    resources: task.resources ?? { ordered: false, anyOf: [] },
    fileMounts: task.file_mounts ?? [],
    envs: task.envs ?? {},
    secrets: task.secrets ?? {},
    ...present<PoolSpec>({
      name: task.name,
      workdir: task.workdir,
      setup: task.setup,
      updatePolicy: section.updatePolicy,
      volumes: task.volumes,
      config: task.config,
    }),
  });
}
