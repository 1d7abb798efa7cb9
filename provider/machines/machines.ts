/**
 * The one seam to where machines come from. A source makes, finds and ends the machines of one pool and keeps the
 * pool's own record; it knows nothing of setups, jobs or budgets. Every method is idempotent, so that a step that was
 * cut off half-way can be done again.
 */
import type { Capacity, Endpoint, RosterWorker } from "../../worker/index.ts";

/** What a machine carries as tags, labels or a marker file: whose it is, and what it was made for. */
export interface Marker {
  /** `organization/project/stack/name` */
  readonly identity: string;
  readonly id: number;
  /** `gpu-pool-7` */
  readonly name: string;
  readonly generation: number;
  readonly fingerprint: string;
}

export interface Machine {
  readonly marker: Marker;
  /** What it offers to jobs, as its source found it or was told. */
  readonly capacity: Capacity;
  /** In US dollars; 0 for what costs nothing by the hour. */
  readonly hourlyCost: number;
  /** Where it answers; absent while it cannot (`restart` may help). */
  readonly endpoint?: Endpoint;
  /** Of one that does not answer, as far as its source knows. */
  readonly silence?: Silence;
}

export interface Silence {
  /** Where it answered when it last did: the roster goes on to say it, so that it is found there again. */
  readonly address: Pick<RosterWorker, "host" | "port" | "hostKey" | "user" | "jump">;
  /** Why it does not answer, a sentence. */
  readonly reason: string;
}

/** How many machines a pool could have now: its own and those that are free. */
export interface Limit {
  readonly count: number;
  /** Why each other machine that its source knows of is not one of them, a sentence for each. */
  readonly reasons: readonly string[];
}

/** What must outlive a killed provider and belongs to no single machine. */
export interface PoolRecord {
  readonly lastWorkerId: number;
  /** Epoch of the newest roster. */
  readonly epoch: number;
  readonly generation: number;
  /** The pool is being removed: what is left of it, if only this record, must still go. */
  readonly ending?: true;
}

/** The right to change the pool: of two reconcilers at most one has it. */
export interface PoolLock extends AsyncDisposable {
  /** False once another took over: this one must not act any more. */
  isHeld(): boolean;
}

export interface Machines {
  /** Every machine of the pool, in any state, found by its tags. */
  list(): Promise<readonly Machine[]>;
  /** Settles when the machine answers. @throws UserError with a sentence why it cannot be made */
  create(marker: Marker, signal: AbortSignal): Promise<void>;
  /** Brings a machine back that does not answer, with what runs on it. @throws UserError */
  restart(id: number, signal: AbortSignal): Promise<void>;
  /** Ends the machine and all that runs on it, and proves that nothing is left. Quiet when there is none. @throws UserError */
  terminate(id: number): Promise<void>;
  /** undefined: as many as asked for. */
  limit(): Promise<Limit | undefined>;
  readRecord(): Promise<PoolRecord | undefined>;
  writeRecord(record: PoolRecord): Promise<void>;
  /** Waits a while for another reconciler that is still alive. @throws UserError that names it */
  lock(signal: AbortSignal): Promise<PoolLock>;
  /** Removes what belongs to the pool as a whole, after its last machine is gone. */
  cleanUp(): Promise<void>;
}
