/**
 * What the Pulumi resource stores: its inputs (what the user wants) and its outputs (the roster, and what the next
 * change is compared with). Plain JSON without `undefined`: one `undefined` in outputs would lose the resource.
 */
import type { PoolSize, PoolSpec, UpdatePolicy } from "../spec/index.ts";
import type { Roster } from "../worker/index.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Listing } from "./listing.ts";

/** One set of local files: what they hold, whatever their times and owners are. */
export interface FileSet {
  readonly digest: string;
  readonly count: number;
  readonly bytes: number;
  /** What names changed files later. */
  readonly files: Listing;
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
}

/** Inputs after `check` looked at the local files. */
export interface CheckedInputs extends PoolInputs {
  readonly content: Content;
}

export interface PoolOutputs extends Roster {
  /** What the workers of the present generation were made from. */
  readonly fingerprint: Fingerprint;
  readonly updatePolicy: UpdatePolicy;
  /** The size as it was asked for, with what scaling by itself goes by. */
  readonly scaling: PoolSize;
  /** The highest worker id ever given out. */
  readonly lastWorkerId: number;
  /** OpenSSH PEM text; a secret in the state. */
  readonly privateKey: string;
}
