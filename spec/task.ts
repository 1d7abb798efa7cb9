/**
 * The keys of a whole file. One file may serve as pool and as job: both read the same keys and check all of them; what
 * each makes of them is decided in pool.ts and job.ts.
 */
import { ABOUT_TASK } from "./about.ts";
import { durationForm, readDuration } from "./duration.ts";
import { environmentSchema, twiceFault } from "./environment.ts";
import { bad, type Fault, isMapping, type Mapping } from "./fault.ts";
import { fileMountsSchema } from "./file-mounts.ts";
import type { TaskKey } from "./keys.ts";
import { mapping } from "./mapping.ts";
import { nameFault } from "./name.ts";
import { NO_SIZE, type PoolSection, poolSectionSchema, serviceSchema } from "./pool-size.ts";
import type { Role } from "./resource-rules.ts";
import { resourcesSchema } from "./resources.ts";
import { only, openMapping, text, wholeNumber } from "./scalars.ts";
import { choosing, lazily, type Output, reading, type Schema } from "./schema.ts";
import { workdirSchema } from "./workdir.ts";

export type Task = Output<ReturnType<typeof taskSchema>>;

const EXAMPLE: Readonly<Record<Role, string>> = {
  pool: "write at least `pool: {workers: 3}`",
  job: "write at least `run: echo $SKYPILOT_JOB_RANK`",
};

/** A day: who wants a job to have longer wants a timeout of its own. */
const LONGEST_GRACE = 86_400;

export function taskSchema(role: Role, title = "this file") {
  return mapping({
    title,
    advice: EXAMPLE[role],
    about: ABOUT_TASK,
    check: (written) => [...(role === "pool" ? poolFaults(written) : jobFaults(written)), ...bothFaults(written)],
    shape: {
      name: text("name", "demo", nameFault),
      workdir: workdirSchema(),
      num_nodes: only("num_nodes", 1, {
        why: "a rank runs on one worker of a pool",
        instead:
          role === "pool"
            ? "how many workers there are is said by `pool: {workers: 3}`"
            : "many ranks are launched with --num-jobs",
      }),
      resources: lazily(() => resourcesSchema(role)),
      file_mounts: lazily(fileMountsSchema),
      pool: choosing<PoolSection | string>(
        (input) => (typeof input === "string" ? named() : poolSectionSchema()),
        () => (role === "pool" ? [poolSectionSchema()] : [named(), poolSectionSchema()]),
      ),
      service: lazily(serviceSchema),
      setup: text("setup", "pip install numpy"),
      run: text("run", "echo $SKYPILOT_JOB_RANK"),
      envs: environmentSchema("envs"),
      secrets: environmentSchema("secrets"),
      volumes: openMapping("volumes", "{/mnt/data: my-volume}"),
      config: openMapping("config", "{}"),
      timeout: reading((input) => readDuration("timeout", input, { zero: false }), durationForm),
      cancel_grace_seconds: wholeNumber("cancel_grace_seconds", { min: 0, max: LONGEST_GRACE, example: 30 }),
    } satisfies Record<TaskKey, Schema<unknown>>,
  });
}

const named = () => text("pool", "my-pool");

function poolFaults({ pool, service }: Mapping): readonly Fault[] {
  if (pool === undefined && service === undefined) {
    return bad(NO_SIZE, "write `pool: {workers: 3}`, or `pool: {min_workers: 0, max_workers: 3}`", {
      path: ["pool"],
      anchor: "key",
    }).faults;
  }
  if (typeof pool !== "string") return [];
  return bad(
    "`pool` names a pool, as in a job file, but a pool file says how many workers the pool has",
    "write `pool: {workers: 3}`; the name of the pool is given on the command line",
    { path: ["pool"] },
  ).faults;
}

function jobFaults({ run }: Mapping): readonly Fault[] {
  if (run !== undefined) return [];
  return bad("a job needs `run`, the commands of one rank", EXAMPLE.job, { anchor: "key" }).faults;
}

function bothFaults({ pool, service, envs, secrets }: Mapping): readonly Fault[] {
  const names =
    isMapping(envs) && isMapping(secrets) ? Object.keys(secrets).filter((name) => Object.hasOwn(envs, name)) : [];
  const spelt = bad("`pool` and `service` are both set", "keep `pool`", { path: ["service"], anchor: "key" });
  return [
    ...(pool !== undefined && service !== undefined ? spelt.faults : []),
    ...names.map((name): Fault => ({ ...twiceFault(name), path: ["secrets", name], anchor: "key" })),
  ];
}
