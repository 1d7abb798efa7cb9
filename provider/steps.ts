/** The vocabulary of a plan: what was seen, what is wanted, and the steps between. One list of steps is preview, log and execution. */

/** The part of a worker's life that a plan depends on. */
export type Phase =
  /** Its machine is being made. */
  | "creating"
  /** It has a machine that does not answer; a restart may help. */
  | "down"
  /** It does not answer, also after a restart: what runs there is not known. */
  | "unknown"
  /** It answers and is not set up. */
  | "blank"
  /** Its machine or its setup failed in this run; not tried again before the next. */
  | "failed"
  /** Set up and able to run jobs. */
  | "ready";

export type Cordon =
  | { readonly by: "nobody" }
  | { readonly by: "user" }
  /** Set by a plan. `since`: milliseconds since 1970. */
  | { readonly by: "pool"; readonly since: number };

export interface WorkerRef {
  readonly id: number;
  /** `gpu-pool-7` */
  readonly name: string;
}

export interface ObservedWorker extends WorkerRef {
  readonly fingerprint: string;
  readonly generation: number;
  readonly phase: Phase;
  /** Attempts that run on it now. */
  readonly busy: number;
  /**
   * Results that nobody has read, of a worker that is to leave: it waits for them. They say nothing of who goes, or two
   * workers whose jobs end together would take turns in leaving.
   */
  readonly unread?: number;
  readonly cordon: Cordon;
  /** The step that is being carried out on it now: a plan counts with it and names no other. */
  readonly acting?: Step["kind"];
}

export interface Observed {
  readonly workers: readonly ObservedWorker[];
  /** The highest worker id ever given out. */
  readonly lastId: number;
  /** How many machines the pool can have now, its own and those still free; absent: as many as it wants. */
  readonly limit?: number;
  /** Why machines that are known of cannot be had, a sentence for each. */
  readonly outOfReach?: readonly string[];
}

export interface Desired {
  readonly pool: string;
  readonly size: number;
  readonly fingerprint: string;
}

export type Step =
  /** Make a machine for a new worker. */
  | { readonly kind: "create"; readonly worker: WorkerRef }
  /** Bring the worker's machine back, with what runs on it. */
  | { readonly kind: "restart"; readonly worker: WorkerRef }
  /** Workdir, mounts, setup; on a canary also its check. */
  | { readonly kind: "prepare"; readonly worker: WorkerRef; readonly canary: boolean }
  /** No new jobs; what runs goes on. */
  | { readonly kind: "cordon"; readonly worker: WorkerRef; readonly why: Leaving }
  | { readonly kind: "uncordon"; readonly worker: WorkerRef }
  /** Wait until its jobs are over. */
  | { readonly kind: "drain"; readonly worker: WorkerRef; readonly running: number }
  /** Cordon, prove that nothing runs, end the machine. With `force` also when something runs: its drain timeout is over. */
  | { readonly kind: "remove"; readonly worker: WorkerRef; readonly why: Leaving; readonly force: boolean };

/** Why a worker leaves: the pool got smaller, it belongs to an older generation, or it never became ready. */
export type Leaving = "surplus" | "replaced" | "not-ready";
