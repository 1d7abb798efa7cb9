/**
 * The normal form of a pool or a job: one spelling for everything, numbers as numbers, in JSON. Documented in
 * docs/checking-files.md; a member is only ever added. It must never show the value of a secret.
 */
import { isMapping, type Mapping } from "./fault.ts";
import { present } from "./plain.ts";
import { announces } from "./secret-words.ts";
import type { Environment, FileMount, JobSpec, PoolSpec, Quantity, Resources, Workdir } from "./types.ts";

export interface NormalQuantity {
  readonly min: number;
  /** No more than that either. */
  readonly exact: boolean;
}

/** One alternative; whatever was not said is not there. */
export interface NormalResources extends Omit<Resources, "infra" | "cpus" | "memoryGiB" | "accelerator"> {
  readonly infra?: string;
  readonly cpus?: NormalQuantity;
  readonly memoryGiB?: NormalQuantity;
  readonly accelerators?: { readonly name: string; readonly count: number };
}

export interface NormalPool {
  readonly minWorkers: number;
  readonly maxWorkers: number;
  readonly queueLengthThreshold?: number;
  readonly upscaleDelaySeconds?: number;
  readonly downscaleDelaySeconds?: number;
  readonly updatePolicy?: NonNullable<PoolSpec["updatePolicy"]>;
}

export interface NormalForm {
  readonly kind: "pool" | "job";
  readonly name?: string;
  /** Of a pool file its size; of a job file the name of the pool. */
  readonly pool?: NormalPool | string;
  /** Any of these will do; empty: nothing is asked. */
  readonly resources: readonly NormalResources[];
  /** The first of them that can be had is preferred. */
  readonly resourcesOrdered: boolean;
  readonly workdir?: Workdir;
  readonly fileMounts?: readonly FileMount[];
  readonly setup?: string;
  readonly run?: string;
  /** null: to be filled on the command line. */
  readonly envs: Environment;
  /** null: to be filled; else HIDDEN. */
  readonly secrets: Environment;
  readonly timeoutSeconds?: number;
  readonly cancelGraceSeconds?: number;
  readonly volumes?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
}

export const HIDDEN = "(hidden)";

export function normalForm(spec: PoolSpec | JobSpec): NormalForm {
  const { kind, name, resources, envs, secrets, volumes, config } = spec;
  const { pool, ...rest } = spec.kind === "pool" ? ofPool(spec) : ofJob(spec);
  return {
    kind,
    ...present<NormalForm>({ name, pool }),
    resources: resources.anyOf.map(alternative),
    resourcesOrdered: resources.ordered,
    ...rest,
    envs,
    secrets: Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, value === null ? null : HIDDEN])),
    ...present<NormalForm>({ volumes: volumes && openly(volumes), config: config && openly(config) }),
  };
}

/** Without what stands below `secrets`, at whatever depth. */
const openly = (mapping: Mapping): Mapping =>
  Object.fromEntries(
    Object.entries(mapping).map(([key, value]) => [key, announces(key) && value !== null ? HIDDEN : open(value)]),
  );

function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open);
  return isMapping(value) ? openly(value) : value;
}

function ofPool({ size, updatePolicy, workdir, fileMounts, setup }: PoolSpec): Partial<NormalForm> {
  const { min, max, ...delays } = size;
  return {
    pool: { minWorkers: min, maxWorkers: max, ...delays, ...present<NormalPool>({ updatePolicy }) },
    fileMounts,
    ...present<NormalForm>({ workdir: workdir && withoutPassword(workdir), setup }),
  };
}

function ofJob({ pool, run, timeoutSeconds, cancelGraceSeconds }: JobSpec): Partial<NormalForm> {
  return present<NormalForm>({ pool, run, timeoutSeconds, cancelGraceSeconds });
}

/** `https://me:token@host/x` without who and what. */
const withoutPassword = (workdir: Workdir): Workdir =>
  "url" in workdir
    ? { ...workdir, url: workdir.url.replace(/^([a-z][\w+.-]*:\/\/)[^/@]*@/i, `$1${HIDDEN}@`) }
    : workdir;

function alternative({ infra, cpus, memoryGiB, accelerator, ...rest }: Resources): NormalResources {
  return {
    ...present<NormalResources>({
      infra: infra?.text,
      cpus: cpus && quantity(cpus),
      memoryGiB: memoryGiB && quantity(memoryGiB),
      accelerators: accelerator,
    }),
    ...rest,
  };
}

const quantity = ({ value, orMore }: Quantity): NormalQuantity => ({ min: value, exact: !orMore });
