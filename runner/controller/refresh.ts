/**
 * Reads a pool's roster from its stack when none of its workers has been reachable for a while: the machines may all be other
 * ones by now, or the pool is gone. Of pools with jobs again and again; of others seldom, once a worker is lost, and whenever
 * somebody looks. One read at a time per pool.
 */

import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { Roster } from "../../worker/index.ts";
import type { PoolPointer } from "../api.ts";
import type { Event, Pool, State } from "../core/index.ts";
import { isGone, isUnreachable } from "../core/index.ts";
import { PoolGoneError } from "../pools/index.ts";

/** Reads the stack through the pointer. @throws PoolGoneError; any other error when the stack can't be read */
export type ReadPool = (pointer: PoolPointer) => Promise<Roster>;

export interface RefreshOptions {
  readonly readPool: ReadPool;
  readonly state: () => State;
  readonly clock: () => number;
  readonly log: Logger;
  /** Settles when what was read is decided about. */
  readonly decided: (event: Event) => Promise<unknown>;
  readonly patienceMs: number;
}

/** A pool without jobs is read so much less often. */
const IDLE_FACTOR = 10;
/** What was read this moment need not be read again for whoever looks. */
const FRESH_MS = 1_000;
const LOOK_MS = 1_000;
const UNREADABLE = "no worker reachable, and the stack cannot be read";

export class Refresh {
  readonly #options: RefreshOptions;
  /** When each pool that is out of reach is due. */
  readonly #due = new Map<string, number>();
  readonly #readAt = new Map<string, number>();
  readonly #reading = new Map<string, Promise<void>>();

  constructor(options: RefreshOptions) {
    this.#options = options;
  }

  tick(): void {
    const { clock, patienceMs } = this.#options;
    const now = clock();
    const pools = this.#doubtful().filter((pool) => pool.live > 0 || wasTried(pool));
    const names = new Set(pools.map((pool) => pool.identity));
    for (const identity of this.#due.keys()) if (!names.has(identity)) this.#due.delete(identity);
    for (const pool of pools) {
      const due = this.#due.get(pool.identity) ?? now + patienceMs;
      this.#due.set(pool.identity, due);
      if (now >= due) void this.#read(pool);
    }
  }

  /** For somebody who is to see what there is now: reads what is in doubt, and waits for that a moment. */
  async look(): Promise<void> {
    const { clock } = this.#options;
    const fresh = clock() - FRESH_MS;
    const isDue = (pool: Pool) => (this.#readAt.get(pool.identity) ?? 0) < fresh;
    const pools = this.#doubtful().filter((pool) => isDue(pool) && (pool.live === 0 || wasTried(pool)));
    if (pools.length === 0) return;
    const stop = new AbortController();
    const enough = delay(LOOK_MS, undefined, { signal: stop.signal }).catch(() => {});
    await Promise.race([enough, Promise.all(pools.map((pool) => this.#read(pool)))]);
    stop.abort();
  }

  /**
   * A worker that answers tells of its pool's jobs. Of a pool without any it tells nothing: it may be a host that was given
   * back. A pool that is gone is found again by the next job that is sent to it.
   */
  #doubtful(): readonly Pool[] {
    const pools = [...this.#options.state().pools.values()];
    return pools.filter((pool) => (pool.live > 0 ? isUnreachable(pool) : !isGone(pool)));
  }

  #read(pool: Pool): Promise<void> {
    const { identity } = pool;
    const reading = this.#reading.get(identity) ?? this.#readOnce(pool).finally(() => this.#reading.delete(identity));
    this.#reading.set(identity, reading);
    return reading;
  }

  async #readOnce(pool: Pool): Promise<void> {
    const { clock, patienceMs, decided } = this.#options;
    const events = await this.#newsOf(pool);
    const now = clock();
    this.#readAt.set(pool.identity, now);
    this.#due.set(pool.identity, now + patienceMs * (pool.live > 0 ? 1 : IDLE_FACTOR));
    // A controller that stops decides nothing any more.
    for (const event of events) await decided(event).catch(() => {});
  }

  async #newsOf({ identity, pointer, live }: Pool): Promise<readonly Event[]> {
    const { log, readPool } = this.#options;
    try {
      const roster = await readPool(pointer);
      log[live > 0 ? "info" : "debug"]({ pool: identity }, "the roster was read from the stack");
      return [
        { kind: "roster", roster },
        { kind: "stack-read", pool: identity, trouble: "" },
      ];
    } catch (error) {
      const trouble = error instanceof Error ? error.message.replaceAll("\n", " ") : String(error);
      const gone = error instanceof PoolGoneError;
      if (gone) log.info({ pool: identity }, "the pool is gone from its stack");
      // Without a job nobody misses it.
      else log[live > 0 ? "warn" : "debug"]({ pool: identity, err: error }, UNREADABLE);
      return [{ kind: "stack-read", pool: identity, trouble, gone }];
    }
  }
}

/** A worker of it was called, and did not answer. */
function wasTried({ workers }: Pool): boolean {
  return [...workers.values()].some(({ connection }) => connection.kind === "down" && connection.reason !== "");
}
