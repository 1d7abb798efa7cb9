/**
 * The vocabulary between this computer and one worker. The wire form of each message is in protocol.ts; the meaning of
 * each state is in docs/protocol.md.
 */

import type { Identities } from "./identities.ts";
import type { Hop, Roster } from "./roster.ts";

/** How to reach one worker. */
export interface Endpoint {
  /** `gpu-pool-7`; for messages to people only. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The pinned public host key, `ssh-ed25519 AAAA…`. Any other key ends the connection with an AuthenticationError. */
  readonly hostKey: string;
  /** Names the pool's directory on the worker, `~/.lido/<poolKey>`: see poolKey(identity). */
  readonly poolKey: string;
  /** The hosts on the way there, first to last. */
  readonly jump?: readonly Hop[];
}

export interface LinkOptions {
  /** The pool's private key, OpenSSH PEM text. */
  readonly privateKey: string;
  /** The user's own keys, tried after the pool's: for a host that does not have that yet. */
  readonly identities?: Identities;
  readonly signal?: AbortSignal;
  /** Milliseconds until a connection attempt is given up; 10,000 unless told. */
  readonly timeoutMs?: number;
}

/** Names one attempt on a worker, for ever: never used for anything else. */
export interface AttemptKey {
  /** Names the submission on the worker: `<queue id>-<first job id>`, of [A-Za-z0-9-]. */
  readonly submission: string;
  /** The job id, a positive integer. */
  readonly job: number;
  /** 1 for the first try; grows only after a worker was lost or a retry was asked for. */
  readonly attempt: number;
}

/** What all ranks of a submission share; sent to a worker once, before the first START of it. */
export interface Submission {
  readonly id: string;
  /** Text of the bash script that each rank runs. */
  readonly run: string;
  /** Exported before `run`; secrets included, so it travels on stdin only and is stored 0600. */
  readonly env: Readonly<Record<string, string>>;
  /** Exported too, and instead of one of `env`: what differs between its jobs and follows from their ids. */
  readonly perJob?: Readonly<Record<string, OfJob>>;
  readonly limits?: Limits;
}

/** The job's id, less `minus`, between two texts. */
export interface OfJob {
  readonly before?: string;
  readonly minus?: number;
  readonly after?: string;
}

/** What ends a job of a submission before its own end. */
export interface Limits {
  /** TERM, 10 s later KILL; the exit code is 124, as that of `timeout`. */
  readonly timeoutSeconds?: number;
  /**
   * The job is ended, and lost, so long after its queue last said renewLease(): wholly ended by then, so TERM comes after
   * three quarters of it. Without a lease it is refused with `lease`.
   */
  readonly leaseSeconds?: number;
}

export interface StartRequest {
  readonly key: AttemptKey;
  /** The slot of the worker that runs it, from 0. */
  readonly slot: number;
  /** What only this attempt has, and wins. Names are checked, values are free text without newlines or NUL. */
  readonly env: Readonly<Record<string, string>>;
}

export type StartAnswer =
  /** Handed to the slot's supervisor: a `started` or `refused` event follows. */
  | { readonly kind: "accepted" }
  /** This attempt was claimed before: its state now. */
  | { readonly kind: "known"; readonly status: AttemptStatus }
  /** Certain not to run here. */
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly detail: string };

export type RefusalReason = "cordoned" | "fenced" | "unknown-submission" | "no-space" | "lease";

/** What a worker knows of one attempt. */
export type AttemptStatus =
  /** Not claimed on this worker. It may still be in a slot's inbox. */
  | { readonly kind: "never" }
  | { readonly kind: "running"; readonly startedAt: number }
  /** `code` is the shell's: 128+n for signal n. Times are milliseconds since 1970 on the worker's clock. */
  | ({ readonly kind: "done" } & Ending)
  /** Cancelled before it began. */
  | { readonly kind: "void" }
  /** Its supervisor is gone while the job's process lives on. */
  | { readonly kind: "orphan"; readonly startedAt: number }
  /**
   * It began, is not running, and has no exit code: the machine was rebooted, both processes were killed, or it was ended
   * because its queue was not heard of for as long as its lease.
   */
  | { readonly kind: "lost"; readonly why: "reboot" | "killed" | "lease" };

/** How an attempt ended. */
export interface Ending {
  /** The shell's: 128+n for signal n. */
  readonly code: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Its time limit ended it; the code is 124. */
  readonly timedOut?: true;
}

export type WorkerEvent =
  | { readonly kind: "started"; readonly key: AttemptKey; readonly at: number }
  | ({ readonly kind: "exit"; readonly key: AttemptKey } & Ending)
  /** Its lease was over. */
  | { readonly kind: "lost"; readonly key: AttemptKey; readonly why: "lease" }
  /** A slot's supervisor took an attempt from its inbox and did not claim it. */
  | { readonly kind: "refused"; readonly key: AttemptKey; readonly reason: RefusalReason; readonly detail: string }
  /** A newer roster lies on the worker. */
  | { readonly kind: "roster"; readonly epoch: number }
  /** The cordon was set (its reason) or taken away (""). */
  | { readonly kind: "cordon"; readonly reason: string };

/** The first thing an agent says. */
export interface Hello {
  /** The newest version that both sides speak. */
  readonly protocol: number;
  /** Milliseconds since the worker's start, when it was said. Since protocol 2, as the next two. */
  readonly uptimeMs?: number;
  /** What the worker's user may still write to the pool's disk; not there where the system does not say. */
  readonly freeKiB?: number;
  readonly freeInodes?: number;
  readonly bootId: string;
  /** Milliseconds since 1970 on the worker's clock. */
  readonly clock: number;
  readonly cpus: number;
  /** The cordon's reason, "" when there is none. */
  readonly cordon: string;
  /** Epoch of the roster that lies on the worker; 0 when there is none. */
  readonly rosterEpoch: number;
  /** Attempts that are claimed and not over, of every queue. */
  readonly running: readonly AttemptKey[];
  /** Attempts that ended and were not acknowledged, of every queue. */
  readonly unread: readonly AttemptKey[];
}

/** An attempt's log as it was kept: all of it in `head`, or, above the cap, its beginning and its end. */
export interface CollectedLog {
  readonly key: AttemptKey;
  /** Bytes that the whole log has. */
  readonly size: number;
  readonly head: Buffer;
  readonly tail: Buffer;
}

/** One reconcile, as workers know it: of two, the one with the higher epoch is the newer, and of equal ones the higher run. */
export interface Reconciler {
  readonly epoch: number;
  readonly run: number;
}

export interface CommandResult {
  /** Exit code; 128+n for signal n. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Written to the command's stdin, which is then closed. */
  readonly stdin?: string | Uint8Array | NodeJS.ReadableStream;
  /** Called with each piece of stdout and stderr as it comes; the result's texts keep the last 64 KiB of each. */
  readonly onOutput?: (chunk: Buffer) => void;
  readonly signal?: AbortSignal;
}

/** One SSH connection to one worker. */
export interface Link extends AsyncDisposable {
  /** Settles (never rejects) when the connection is over: the reason, or undefined after close(). */
  readonly closed: Promise<Error | undefined>;
  /** Runs a command by the worker's login shell and waits for its end. @throws ConnectionError */
  run(command: string, options?: RunOptions): Promise<CommandResult>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** One worker with its agent channel. Every method rejects with ConnectionError when the connection breaks. */
export interface Worker extends AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly hello: Hello;
  /** For commands beside the agent (uploads, setup): at most 4 at a time. After `take`, each runs only while nobody newer took over. */
  readonly link: Link;
  /** Settles (never rejects) when the agent or its connection is over: the reason, or undefined after close(). */
  readonly closed: Promise<Error | undefined>;
  /** Says who is starting jobs: a START from a lower `epoch` of the same `queue` is refused from now on. */
  fence(queue: string, epoch: number): Promise<void>;
  /**
   * The queue that this connection is fenced for lives: its jobs with a lease may go on. `fence` says it too. At the latest
   * `leaseSeconds` after the moment this was last *called*, answered or not, none of them runs there any more.
   */
  renewLease(): Promise<void>;
  /**
   * Says who changes this worker for its pool. From now on an older one is refused: its CORDON, UNCORDON, ROSTER,
   * ENVIRONMENT and its commands, and what it still runs here ends. @throws FencedError when a newer one was here
   */
  take(reconciler: Reconciler): Promise<void>;
  /** Idempotent. @throws VersionError when it has limits and the agent is too old to keep them */
  submit(submission: Submission): Promise<void>;
  start(request: StartRequest): Promise<StartAnswer>;
  query(key: AttemptKey): Promise<AttemptStatus>;
  /** Attempts claimed and not over, of every queue. */
  running(): Promise<readonly AttemptKey[]>;
  /** The queue has this attempt's result for good; until then the pool keeps the worker for a while. */
  acknowledge(key: AttemptKey): Promise<void>;
  /** Attempts that ended and were not acknowledged, of every queue. Its cost grows with the attempts that the worker ever had. */
  unread(): Promise<readonly AttemptKey[]>;
  /**
   * Removes the files of attempts that are over and, where they have a result, acknowledged; answers those that are not,
   * and stay. A forgotten attempt's status is `void`: it never runs here again.
   */
  forget(keys: readonly AttemptKey[]): Promise<readonly AttemptKey[]>;
  /** The queue has these attempts' results for good, and the worker may forget them: `acknowledge` and `forget` in one. */
  settle(keys: readonly AttemptKey[]): Promise<readonly AttemptKey[]>;
  /** Marks, TERMs the process group, KILLs it after `graceSeconds`. An `exit` event follows if it ran; status `void` if it never will. */
  cancel(key: AttemptKey, graceSeconds: number): Promise<AttemptStatus>;
  /**
   * An attempt whose START was accepted and that has not begun will not begin: `taken`; it may be started again, here or
   * elsewhere. Otherwise its status, or `not-now` when the worker's disk is full. @throws VersionError when the agent is too old
   */
  takeBack(key: AttemptKey): Promise<"taken" | "not-now" | AttemptStatus>;
  cordon(reason: string): Promise<void>;
  uncordon(): Promise<void>;
  /** Kept only if its epoch is higher than what lies there; every agent of the worker reports it. */
  publishRoster(roster: Roster): Promise<void>;
  readRoster(): Promise<Roster | undefined>;
  /**
   * Bytes of the attempt's log from `offset` on. With `follow` it goes on until `signal` aborts; without, it ends at the present end.
   */
  readLog(
    key: AttemptKey,
    options: { readonly offset: number; readonly follow: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<Buffer>;
  /** The logs of many attempts over one channel, in the worker's order; those that have none are left out. */
  collectLogs(
    keys: readonly AttemptKey[],
    options: { readonly capBytes: number; readonly signal?: AbortSignal },
  ): AsyncIterable<CollectedLog>;
  /** Reads the worker's interactive environment once more (after setup); slots that start from now on load it. */
  captureEnvironment(): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions extends LinkOptions {
  readonly onEvent?: (event: WorkerEvent) => void;
}

export type ConnectWorker = (endpoint: Endpoint, options: ConnectOptions) => Promise<Worker>;
