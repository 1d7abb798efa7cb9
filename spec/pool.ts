/** A pool file, or the same as arguments -> what a worker is, how it is set up, and how many there are. */
import { checked, type Source } from "./check.ts";
import { ignoredKeys } from "./ignored.ts";
import { knownPlaces } from "./known-places.ts";
import { plain, present } from "./plain.ts";
import { type Task, taskSchema } from "./task.ts";
import type { Parsed, PoolSpec, Warning } from "./types.ts";
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
export const parsePool = (text: string, options: { readonly file: string }): Parsed<PoolSpec> =>
  poolFrom(readYaml(text, options.file));

/** Throws SpecError. */
export function poolFrom(source: Source): Parsed<PoolSpec> {
  const task = checked(taskSchema("pool"), source);
  return plain({ spec: poolOf(task), warnings: poolWarnings(source), places: knownPlaces(task, source.origin) });
}

/** What is ignored, also when something else is wrong. */
export const poolWarnings = (source: Source): readonly Warning[] => ignoredKeys(source, IGNORED);

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
