/**
 * The checked, typed values of what a user writes. Plain frozen data: no class instances, no `undefined` members,
 * so that a value survives JSON (Pulumi inputs, the controller's socket, the database) unchanged.
 */

/** A number asked for: exactly `value`, or at least `value` when the user wrote `4+`. */
export interface Quantity {
  readonly value: number;
  readonly orMore: boolean;
}

/** Where machines come from: `local`, `ssh/NAME`, `aws[/region[/zone]]`, `gcp[/region[/zone]]`; `*` as a cloud means any. */
export interface Infra {
  readonly kind: "local" | "ssh" | "aws" | "gcp" | "any" | "other";
  /** As the user wrote it, normalized to lower-case kind: `aws/us-east-1`. */
  readonly text: string;
  readonly region?: string;
  readonly zone?: string;
}

/** One kind of accelerator: `{name: "H100", count: 8}`; count may be a fraction (`L4:0.5`). */
export interface Accelerator {
  readonly name: string;
  readonly count: number;
}

/** One alternative of what a worker (pool) or a job (job file) must have. Memory and disk are in GiB-like "GB" as SkyPilot counts them. */
export interface Resources {
  readonly infra?: Infra;
  readonly cpus?: Quantity;
  readonly memoryGiB?: Quantity;
  readonly accelerator?: Accelerator;
  readonly instanceType?: string;
  readonly useSpot?: boolean;
  readonly diskGiB?: number;
  readonly diskTier?: string;
  readonly networkTier?: string;
  readonly localDisk?: string;
  readonly maxHourlyCost?: number;
  readonly ports?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly imageId?: string | Readonly<Record<string, string>>;
  readonly autostop?: string | number | boolean | Readonly<Record<string, unknown>>;
  readonly jobRecovery?: JobRecovery;
  /** -1000..1000, larger runs earlier. */
  readonly priority?: number;
}

export interface JobRecovery {
  readonly strategy?: string;
  readonly maxRestartsOnErrors?: number;
  readonly recoverOnExitCodes?: readonly number[];
  /** What happens while the job's worker does not answer; `wait` unless told. */
  readonly onDisconnect?: OnDisconnect;
  /** With `lease`: after so long without its controller the worker ends the job. 60 unless told. */
  readonly leaseSeconds?: number;
}

/**
 * `wait`: until the worker is back or gone for good. `lease`: until the worker has ended the job by itself; then it runs
 * again elsewhere. `eager`: it runs again elsewhere soon, and may for a while run twice.
 */
export type OnDisconnect = "wait" | "lease" | "eager";

/** A list of alternatives: any of them will do; `ordered` says the first that can be had is preferred. Empty = nothing asked. */
export interface ResourceChoice {
  readonly ordered: boolean;
  readonly anyOf: readonly Resources[];
}

export type Workdir = { readonly path: string } | { readonly url: string; readonly ref?: string };

export interface FileMount {
  /** Path on the worker; `~` stands for the worker's home. */
  readonly target: string;
  /** Local path(s) or bucket URI(s). Empty for a new bucket that only has a name. */
  readonly sources: readonly string[];
  readonly name?: string;
  readonly store?: string;
  readonly persistent?: boolean;
  readonly mode: "MOUNT" | "COPY" | "MOUNT_CACHED";
  readonly config?: Readonly<Record<string, unknown>>;
}

/** How many workers: `min === max` for a fixed size. */
export interface PoolSize {
  readonly min: number;
  readonly max: number;
  readonly queueLengthThreshold?: number;
  readonly upscaleDelaySeconds?: number;
  readonly downscaleDelaySeconds?: number;
}

/** At what pace and by what rules workers are replaced. Times in seconds. */
export interface UpdatePolicy {
  /** Workers above the size while workers are replaced, a count or `"25%"` of the size, rounded up; 1 unless told. */
  readonly maxSurge?: number | string;
  /** Ready workers that may be missing while workers are replaced, a count or `"25%"`, rounded down; 0 unless told. */
  readonly maxUnavailable?: number | string;
  /** That many new workers first: the rest follows once they are ready, and stays as it was when one of them fails. */
  readonly canary?: number;
  /** Bash that must succeed on each canary before it takes jobs. */
  readonly canaryCheck?: string;
  /** After that time a leaving worker goes although a job still runs on it. Without it: never. */
  readonly drainTimeout?: number;
  /** After that time a change stops where it is; the next run goes on. */
  readonly maxDuration?: number;
  /** The longest that `setup` may take on one worker. */
  readonly setupTimeout?: number;
  /** `blue_green`: as many new workers as the pool has, all ready before the first old one leaves; both limits are set aside. */
  readonly mode?: "rolling" | "blue_green";
}

/** Names and values; a `null` value was left open in the file and must be filled before use. */
export type Environment = Readonly<Record<string, string | null>>;

interface TaskSpec {
  readonly name?: string;
  readonly resources: ResourceChoice;
  readonly envs: Environment;
  readonly secrets: Environment;
  /** Kept as written: no source serves them yet. */
  readonly volumes?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A pool file: what a worker is and how it is set up. */
export interface PoolSpec extends TaskSpec {
  readonly kind: "pool";
  readonly size: PoolSize;
  readonly workdir?: Workdir;
  readonly fileMounts: readonly FileMount[];
  readonly setup?: string;
  readonly updatePolicy?: UpdatePolicy;
}

/** A job file: what one rank runs. */
export interface JobSpec extends TaskSpec {
  readonly kind: "job";
  readonly run: string;
  readonly pool?: string;
  /** The longest that an attempt may run; no limit unless told. */
  readonly timeoutSeconds?: number;
  /** How long a cancelled job has between TERM and KILL; 10 unless told. */
  readonly cancelGraceSeconds?: number;
}

/** A remark that does not stop anything: a sentence with its place. */
export interface Warning {
  readonly message: string;
  readonly place?: Place;
}

/** 1-based line and column in `file`. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A place in a text with the lines that show it, or, for arguments, the way to the value. */
export type Where =
  | { readonly kind: "text"; readonly place: Place; readonly excerpt: readonly string[] }
  | { readonly kind: "path"; readonly root: string; readonly path: string };

/** Of `envs.NAME` and `secrets.NAME` that are open, of `workdir` and of `file_mounts.0`, `.1` …, as they stand in the file. */
export type Places = Readonly<Record<string, Where>>;

export interface Parsed<T> {
  readonly spec: T;
  readonly warnings: readonly Warning[];
  readonly places: Places;
}
