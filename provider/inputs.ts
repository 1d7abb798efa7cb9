/**
 * What the Pulumi resource stores: its inputs (what the user wants) and its outputs (the roster, and what the next
 * change is compared with). Plain JSON without `undefined`: one `undefined` in outputs would lose the resource.
 */
import type { PoolSpec } from "../spec/index.ts";
import type { Roster } from "../worker/index.ts";
import type { Fingerprint } from "./fingerprint.ts";

/** How fast a pool may change. Each of the first two is a count or a percentage of the pool's size, such as `"25%"`. */
export interface UpdatePolicy {
  /** Workers above the size while workers are replaced; 1 unless told. Percentages round up. */
  readonly maxSurge?: number | string;
  /** Ready workers that may be missing while workers are replaced; 0 unless told. Percentages round down. */
  readonly maxUnavailable?: number | string;
  /** Seconds after which a leaving worker is removed although a job still runs on it. Without it: never. */
  readonly drainTimeoutSeconds?: number;
}

/** One set of local files: what they hold, whatever their times and owners are. */
export interface FileSet {
  readonly digest: string;
  readonly count: number;
  readonly bytes: number;
  /** Path -> short hash, kept for sets that are small enough to name changed files later. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What the local files that a pool is made from hold now. */
export interface Content {
  readonly workdir?: FileSet;
  /** By mount target; only mounts with local sources. */
  readonly mounts: Readonly<Record<string, FileSet>>;
}

export interface PoolInputs {
  /** The name that users type. */
  readonly pool: string;
  /** `organization/project/stack/name`. */
  readonly identity: string;
  /** Environment filled, nothing null; without its secrets. */
  readonly spec: PoolSpec;
  /** By themselves, so that only they are secret in the state. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly updatePolicy: UpdatePolicy;
}

/** Inputs after `check` looked at the local files. */
export interface CheckedInputs extends PoolInputs {
  readonly content: Content;
}

export interface PoolOutputs extends Roster {
  /** What the workers of the present generation were made from. */
  readonly fingerprint: Fingerprint;
  readonly updatePolicy: UpdatePolicy;
  /** The highest worker id ever given out. */
  readonly lastWorkerId: number;
  /** OpenSSH PEM text; a secret in the state. */
  readonly privateKey: string;
}
