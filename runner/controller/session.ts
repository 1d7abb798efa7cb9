/**
 * Keeps one worker connected for as long as it is wanted: connects, says which controller speaks (fence), passes on
 * what the worker says, tries again when the connection breaks. It knows nothing of jobs and their states.
 */
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { ConnectWorker, Endpoint, RefusalReason, Worker, WorkerEvent } from "../../worker/index.ts";
import { AuthenticationError, poolKey } from "../../worker/index.ts";
import type { Event, WantedWorker } from "../core/index.ts";
import { backoff } from "./backoff.ts";
import type { Gate } from "./gate.ts";

export interface SessionOptions {
  readonly connect: ConnectWorker;
  /** Handshakes are paced: servers drop connections that come too many at once. */
  readonly handshakes: Gate;
  readonly queue: string;
  readonly epoch: number;
  readonly log: Logger;
  readonly emit: (event: Event) => void;
  /** Like `emit`; settles when it was decided. */
  readonly decided: (event: Event) => Promise<unknown>;
}

/** Why a worker does not have a submission. */
export interface Untold {
  readonly reason: RefusalReason;
  /** "" where the reason says it all. */
  readonly detail: string;
}

/** A connection that stands. */
export interface Live {
  readonly worker: Worker;
  readonly number: number;
  /** Submissions that this worker was told about over this connection, by id; undefined once it has it. */
  readonly told: Map<string, Promise<Untold | undefined>>;
}

/** After so long a connection counts as good, and the next failure as the first. */
const GOOD_MS = 5_000;

let connections = 0;

export class Session {
  readonly wanted: WantedWorker;
  readonly #options: SessionOptions;
  readonly #stopping = new AbortController();
  readonly #over: Promise<void>;
  #live: Live | undefined;

  constructor(wanted: WantedWorker, options: SessionOptions) {
    this.wanted = wanted;
    this.#options = options;
    this.#over = this.#run();
  }

  get live(): Live | undefined {
    return this.#live;
  }

  /** Breaks the connection; another is made. */
  async reset(reason: Error): Promise<void> {
    this.#options.log.warn({ ...this.#names(), err: reason }, "connection given up");
    await this.#live?.worker.close();
  }

  /** Idempotent. Jobs go on. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#over;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      const began = performance.now();
      const error = await this.#once();
      if (this.#stopping.signal.aborted) break;
      const permanent = isPermanent(error);
      failures = performance.now() - began > GOOD_MS ? 0 : failures + 1;
      this.#options.log.warn({ ...this.#names(), err: error, permanent }, "not connected");
      this.#emit({ kind: "disconnected", reason: error.message, permanent });
      await this.#pause(backoff(failures, { permanent, random: Math.random() }));
    }
  }

  /** One connection from beginning to end: why it ended. */
  async #once(): Promise<Error> {
    const { signal } = this.#stopping;
    try {
      await using worker = await this.#options.handshakes.run(() => this.#connect());
      // Whatever it is just asked: a worker that does not answer must not keep us.
      signal.addEventListener("abort", () => void worker.close(), { once: true });
      signal.throwIfAborted();
      await this.#reached();
      await worker.fence(this.#options.queue, this.#options.epoch);
      connections += 1;
      this.#live = { worker, number: connections, told: new Map() };
      this.#options.log.info(this.#names(), "connected");
      this.#emit({ kind: "connected", number: connections, hello: worker.hello });
      return (await worker.closed) ?? new Error("it was closed");
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#live = undefined;
    }
  }

  /** See onReached() in core/: before anything is said. */
  async #reached(): Promise<void> {
    const { signal } = this.#stopping;
    const { pool, worker } = this.wanted;
    const stopped = Promise.withResolvers<never>();
    const stop = () => stopped.reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
      signal.throwIfAborted();
      await Promise.race([stopped.promise, this.#options.decided({ kind: "reached", pool, worker })]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #connect(): Promise<Worker> {
    const { keyRef } = this.wanted;
    const signal = this.#stopping.signal;
    signal.throwIfAborted();
    const privateKey = await readFile(keyRef, "utf8").catch((error: NodeJS.ErrnoException) => {
      const why = `The pool's private key ${keyRef} cannot be read (${error.code}). It is made by \`pulumi up\` on this computer; run it here, or copy the key.`;
      throw new AuthenticationError(why, { cause: error });
    });
    return await this.#options.connect(endpointOf(this.wanted), {
      privateKey,
      signal,
      onEvent: (event) => this.#pass(event),
    });
  }

  #pass(event: WorkerEvent): void {
    if (event.kind === "roster") this.#emit({ ...event, kind: "roster-epoch" });
    else if (event.kind === "lost")
      this.#emit({ kind: "answer", key: event.key, believed: "RUNNING", status: { kind: "lost", why: event.why } });
    else this.#emit(event);
  }

  #emit(event: DistributiveOmit<SessionEvent, "pool" | "worker">): void {
    const { pool, worker } = this.wanted;
    this.#options.emit({ ...event, pool, worker });
  }

  #names() {
    return { pool: this.wanted.pool, worker: this.wanted.worker };
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}

type SessionEvent = Extract<
  Event,
  {
    readonly kind: "connected" | "disconnected" | "started" | "exit" | "refused" | "cordon" | "roster-epoch" | "answer";
  }
>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function isPermanent(error: Error): boolean {
  return "permanent" in error && error.permanent === true;
}

export function endpointOf({ entry, user, pool }: WantedWorker): Endpoint {
  const { name, host, port, hostKey, jump } = entry;
  const way = jump === undefined ? {} : { jump };
  return { name, host, port, user: entry.user ?? user, hostKey, poolKey: poolKey(pool), ...way };
}
