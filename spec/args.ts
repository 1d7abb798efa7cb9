/**
 * The arguments of `new WorkerPool(name, {…})` -> the same PoolSpec that a pool file gives, checked by the same schemas.
 * It only translates: camelCase keys into those of a file, and the paths and words of problems back.
 */
import { argumentAt, inArgumentWords, inFileForm } from "./args-form.ts";
import { examined } from "./check.ts";
import { isMapping, type Mapping, show } from "./fault.ts";
import { POOL_KEYS } from "./keys.ts";
import { plain } from "./plain.ts";
import { poolOf } from "./pool.ts";
import { type Origin, type Problem, SpecError } from "./problem.ts";
import { taskSchema } from "./task.ts";
import type { PoolSpec } from "./types.ts";
import { updatePolicySchema } from "./update-policy.ts";

/** Resources as arguments: the keys of `resources:` in camelCase. */
export interface ResourceArgs {
  /** `local`, `ssh/NAME`, `aws/us-east-1/us-east-1a`, `gcp/us-central1`, or a region of any cloud. */
  readonly infra?: string;
  /** `4`, `"4+"`, `0.5`. */
  readonly cpus?: number | string;
  /** GB as a number, or `"64GB"`, `"64GB+"`, `"16Gi"`. */
  readonly memory?: number | string;
  /** `"H100:8"`, `{ H100: 8 }`, or several keys for any of them. */
  readonly accelerators?: string | Readonly<Record<string, number | null>>;
  readonly instanceType?: string;
  readonly useSpot?: boolean;
  /** GB as a number, or `"256GB"`, `"1TB"`. */
  readonly diskSize?: number | string;
  readonly diskTier?: string;
  readonly networkTier?: string;
  readonly localDisk?: string;
  /** US dollars. */
  readonly maxHourlyCost?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly imageId?: string | Readonly<Record<string, string>>;
  readonly autostop?: string | number | boolean | Readonly<Record<string, unknown>>;
  readonly priority?: number;
  readonly anyOf?: readonly Omit<ResourceArgs, "anyOf" | "ordered">[];
  readonly ordered?: readonly Omit<ResourceArgs, "anyOf" | "ordered">[];
}

export interface FileMountArgs {
  readonly name?: string;
  readonly source?: string | readonly string[];
  readonly store?: string;
  readonly persistent?: boolean;
  readonly mode?: "MOUNT" | "COPY" | "MOUNT_CACHED";
  readonly config?: Readonly<Record<string, unknown>>;
}

/** How the pool may change: the keys of `update_policy:` in camelCase. Times in seconds, or `"90s"`, `"10m"`, `"1h"`. */
export interface UpdatePolicyArgs {
  /** Workers above the size while workers are replaced: a count, or `"25%"` of the size, rounded up. 1 unless told. */
  readonly maxSurge?: number | string;
  /** Ready workers that may be missing meanwhile: a count, or `"25%"`, rounded down. 0 unless told. */
  readonly maxUnavailable?: number | string;
  /** That many new workers first; when one of them fails, everything else stays as it was. */
  readonly canary?: number;
  /** Bash that must succeed on each canary before it takes jobs. */
  readonly canaryCheck?: string;
  /** After that time a leaving worker goes although a job still runs on it. Without it: never. */
  readonly drainTimeout?: number | string;
  /** After that time a change stops where it is; the next `pulumi up` goes on. */
  readonly maxDuration?: number | string;
  /** The longest that `setup` may take on one worker. Without it: no limit. */
  readonly setupTimeout?: number | string;
  /** `blue_green`: as many new workers as the pool has, all ready before the first old one leaves. */
  readonly mode?: "rolling" | "blue_green";
}

export interface WorkerPoolArgs {
  /** A fixed number; or `minWorkers` and `maxWorkers`. */
  readonly workers?: number;
  readonly minWorkers?: number;
  readonly maxWorkers?: number;
  readonly queueLengthThreshold?: number;
  readonly upscaleDelaySeconds?: number;
  readonly downscaleDelaySeconds?: number;
  /** The same as `resources.infra`. */
  readonly infra?: string;
  readonly resources?: ResourceArgs;
  /** A local folder, or a git repository. */
  readonly workdir?: string | { readonly url: string; readonly ref?: string };
  /** Path on the worker -> local path, bucket URI, or a description. */
  readonly fileMounts?: Readonly<Record<string, string | FileMountArgs>>;
  /** Bash, run once on each worker before it takes jobs. */
  readonly setup?: string;
  readonly envs?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly updatePolicy?: UpdatePolicyArgs;
}

/** Plain values only: no Pulumi outputs. Throws SpecError with everything that is wrong. */
export function poolFromArgs(args: WorkerPoolArgs): PoolSpec {
  if (!isMapping(args)) {
    const message = `the arguments must be an object, not ${show(args)}`;
    throw new SpecError([{ where: argumentAt([]), message, advice: "write `{ workers: 3 }`" }]);
  }
  const { value, problems } = inFileForm(args);
  const written = isMapping(value) ? value : {};
  const found = [...problems, ...doubleInfra(written)];
  const result = examined(taskSchema("pool", "the arguments"), asFile(written), originOf(written));
  if ("value" in result && found.length === 0) return poolOf(result.value);
  throw new SpecError([...found, ...("problems" in result ? result.problems.map(inArgumentWords) : [])]);
}

/** The pool with the given policy laid over its own, field by field. Throws SpecError, also when the two do not go together. */
export function withUpdatePolicy(spec: PoolSpec, args: UpdatePolicyArgs): PoolSpec {
  const { value, problems } = inFileForm({ updatePolicy: { ...spec.updatePolicy, ...given(args) } });
  const written = isMapping(value) ? value["update_policy"] : undefined;
  const origin: Origin = { where: (path) => argumentAt(["update_policy", ...path]) };
  const result = examined(updatePolicySchema(), written, origin);
  if ("value" in result && problems.length === 0) return plain({ ...spec, updatePolicy: result.value });
  throw new SpecError([...problems, ...("problems" in result ? result.problems.map(inArgumentWords) : [])]);
}

const given = (args: UpdatePolicyArgs): UpdatePolicyArgs =>
  Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));

const isSize = (key: string): boolean => POOL_KEYS.some((one) => one === key);

/** The arguments in the sections of a file: sizes below `pool`, the short `infra` below `resources`. */
function asFile(written: Mapping): Mapping {
  const { infra, resources, ...rest } = written;
  const entries = Object.entries(rest);
  const all =
    infra === undefined ? resources : isMapping(resources) ? { ...resources, infra } : (resources ?? { infra });
  return {
    ...Object.fromEntries(entries.filter(([key]) => !isSize(key))),
    pool: Object.fromEntries(entries.filter(([key]) => isSize(key))),
    ...(all === undefined ? {} : { resources: all }),
  };
}

function originOf({ infra }: Mapping): Origin {
  return {
    where: ([first, second, ...rest]) => {
      if (first === "pool") return argumentAt(second === undefined ? [] : [second, ...rest]);
      if (first === "resources" && second === "infra" && infra !== undefined) return argumentAt(["infra"]);
      return argumentAt([first, second, ...rest].filter((step) => step !== undefined));
    },
  };
}

function doubleInfra({ infra, resources }: Mapping): readonly Problem[] {
  if (infra === undefined || !isMapping(resources) || resources["infra"] === undefined) return [];
  return [
    { where: argumentAt(["infra"]), message: "`infra` and `resources.infra` are both set", advice: "keep one of them" },
  ];
}
