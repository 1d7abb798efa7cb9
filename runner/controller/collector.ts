/**
 * Copies the logs of ended attempts here, and only then tells their workers that the results are known and that they may
 * forget them. So what ends is never gone before it is here: an attempt that was not copied yet is still unread on its
 * worker, which says so when it is connected again.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { AttemptKey, CollectedLog, Worker } from "../../worker/index.ts";
import { ConnectionError } from "../../worker/index.ts";
import type { AttemptRef, Event, WorkerRef } from "../core/index.ts";
import { keyName } from "../core/index.ts";
import type { LogCopies } from "../log-copies/index.ts";
import { NoRoomError } from "../log-copies/index.ts";
import { Gate } from "./gate.ts";
import type { Holds } from "./holds.ts";
import type { Sessions } from "./sessions.ts";

export interface CollectorOptions {
  readonly sessions: Pick<Sessions, "get">;
  readonly copies: LogCopies;
  /** Logs that somebody is reading on their worker. */
  readonly holds: Holds;
  readonly log: Logger;
  readonly emit: (event: Event) => void;
  /** Of one log; what is above loses its middle. */
  readonly capBytes: number;
}

/**
 * What ends in this time goes over one channel and into one write: a channel costs its worker as much as some jobs do. A
 * log may lie on its worker meanwhile; whoever wants it reads it there.
 */
const GATHER_MS = 2_000;
/** So many are worth a channel at once. */
const ENOUGH = 100;
const RETRY_MS = 5_000;
/** What comes in faster than that is collected, each time, must not pile up: a busy controller takes its time for each step. */
const AT_ONCE = 2_000;
/** So much of logs is held in memory at most, and one log more, of each worker that is being collected from. */
const HELD_BYTES = 16 * 1024 * 1024;
const WORKERS_AT_ONCE = 4;

/** What waits to be collected from one worker. */
interface Waiting {
  readonly keys: Map<string, AttemptKey>;
  /** Ends a gathering. */
  enough: () => void;
}

export class Collector implements AsyncDisposable {
  readonly #options: CollectorOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #gate = new Gate(WORKERS_AT_ONCE);
  #trouble = "";

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** Why logs are not copied now; "" when all is well. */
  get trouble(): string {
    return this.#trouble;
  }

  add({ pool, worker, key }: AttemptRef): void {
    const name = `${pool} ${worker}`;
    const waiting: Waiting = this.#waiting.get(name) ?? { keys: new Map(), enough: () => {} };
    this.#waiting.set(name, waiting);
    waiting.keys.set(keyName(key), key);
    if (waiting.keys.size >= ENOUGH) waiting.enough();
    if (!this.#running.has(name) && !this.#stopping.signal.aborted) this.#begin({ pool, worker }, name);
  }

  #begin(ref: WorkerRef, name: string): void {
    const run = this.#run(ref, name).finally(() => {
      this.#running.delete(name);
      // Added when it had looked for the last time.
      if (this.#waiting.has(name)) this.#begin(ref, name);
    });
    this.#running.set(name, run);
  }

  /** One worker's logs, until nothing is left. */
  async #run(ref: WorkerRef, name: string): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      const waiting = this.#waiting.get(name);
      if (waiting) await this.#gather(waiting);
      const session = this.#options.sessions.get(ref);
      if (!waiting || waiting.keys.size === 0 || !session || signal.aborted) return void this.#waiting.delete(name);
      // Results are told again as unread when the worker is back, but attempts without one are not.
      const worker = session.live?.worker;
      if (worker && (await this.#batch(worker, waiting.keys, ref))) continue;
      await delay(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** Until there is enough to collect, or for a while. */
  async #gather(waiting: Waiting): Promise<void> {
    if (waiting.keys.size >= ENOUGH || this.#stopping.signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, GATHER_MS);
    waiting.enough = resolve;
    await promise;
    clearTimeout(timer);
  }

  /** Answers whether to go on soon. */
  async #batch(worker: Worker, waiting: Map<string, AttemptKey>, ref: WorkerRef): Promise<boolean> {
    let keys: readonly AttemptKey[] = [];
    try {
      await this.#gate.run(() => {
        // More may have ended while others were at it.
        keys = this.#some(waiting);
        return this.#copy(worker, keys);
      });
      if (keys.length === 0) return false;
      this.#trouble = "";
      // Nobody may begin to read between this look and the words that follow.
      const free = keys.filter((key) => !this.#options.holds.has(key));
      const stay = await worker.settle(free);
      for (const key of free) waiting.delete(keyName(key));
      const staying = new Set(stay.map(keyName));
      this.#options.emit({ ...ref, kind: "collected", keys: free.filter((key) => !staying.has(keyName(key))) });
      return true;
    } catch (error) {
      // What the worker itself refuses it would refuse again.
      const passing = error instanceof ConnectionError || error instanceof NoRoomError;
      if (!passing) for (const key of keys) waiting.delete(keyName(key));
      return this.#failed(error, { ...ref, ...keys[0] });
    }
  }

  /** The first of those that nobody reads there. */
  #some(waiting: Map<string, AttemptKey>): readonly AttemptKey[] {
    const keys: AttemptKey[] = [];
    for (const key of waiting.values()) {
      if (keys.length === AT_ONCE) break;
      if (!this.#options.holds.has(key)) keys.push(key);
    }
    return keys;
  }

  #failed(error: unknown, about: WorkerRef & Partial<AttemptKey>): boolean {
    if (this.#stopping.signal.aborted) return false;
    if (error instanceof NoRoomError) {
      if (this.#trouble === "") this.#options.log.error({ ...about, err: error }, "logs are not copied");
      this.#trouble = error.message;
      return false;
    }
    const level = error instanceof ConnectionError ? "debug" : "warn";
    this.#options.log[level]({ ...about, err: error }, "logs could not be collected");
    return false;
  }

  async #copy(worker: Worker, keys: readonly AttemptKey[]): Promise<void> {
    const { copies, capBytes } = this.#options;
    const { signal } = this.#stopping;
    let batch: CollectedLog[] = [];
    let held = 0;
    for await (const one of worker.collectLogs(keys, { capBytes, signal })) {
      batch.push(one);
      held += one.head.length + one.tail.length;
      if (held < HELD_BYTES) continue;
      await copies.add(batch);
      batch = [];
      held = 0;
    }
    await copies.add(batch);
  }

  /** What is not copied yet stays on its worker. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    for (const waiting of this.#waiting.values()) waiting.enough();
    await Promise.all(this.#running.values());
  }
}
