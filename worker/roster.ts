/**
 * What a pool tells the world: the resource's output, and a file on every live worker. Of two rosters of one pool the
 * one with the higher epoch is the truth. Plain JSON, no `undefined`.
 */

/** Lifecycle of a worker as the provider sees it. Only a `READY` worker is given new jobs. */
export type WorkerState = "PROVISIONING" | "PREPARING" | "READY" | "DRAINING" | "FAILED";

export interface Capacity {
  readonly cpus: number;
  readonly memoryGiB: number;
  readonly diskGiB: number;
  readonly accelerators: Readonly<Record<string, number>>;
}

/** A host on the way to a worker. Whoever connects logs in there with keys of their own. */
export interface Hop {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The pinned public host key, `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** Paths of private keys, `~` for the home of whoever connects; their usual ones and their SSH agent's where absent. */
  readonly identityFiles?: readonly string[];
}

export interface RosterWorker {
  /** Counts up from 1 within a pool and is never used again. */
  readonly id: number;
  /** `gpu-pool-7` */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The pinned public host key, `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** Who logs in there, where it is not the roster's `ssh.user`. */
  readonly user?: string;
  /** The hosts on the way there, first to last; absent where there is none. */
  readonly jump?: readonly Hop[];
  readonly generation: number;
  /** What it was made from, as a hash that gives nothing away; absent in rosters of older versions. */
  readonly fingerprint?: string;
  readonly state: WorkerState;
  readonly capacity: Capacity;
  readonly hourlyCost: number;
  /** Milliseconds since 1970; 0 while it never was ready. */
  readonly readyAt: number;
  /** Why it is FAILED, one sentence; "" otherwise. */
  readonly reason: string;
}

export interface Roster {
  readonly kind: "lido.WorkerPool";
  /** The name that users type: `gpu-pool`. */
  readonly pool: string;
  /** `organization/project/stack/name`. */
  readonly identity: string;
  /** Grows with every roll. */
  readonly generation: number;
  /** Grows with every change. */
  readonly epoch: number;
  readonly size: { readonly target: number; readonly min: number; readonly max: number };
  readonly infra: string;
  /** `keyRef`: path of the pool's private key file (0600) on the computer that made the pool. */
  readonly ssh: { readonly user: string; readonly keyRef: string };
  readonly workers: readonly RosterWorker[];
}
