/**
 * Reads a pool's roster from its stack when no worker of a pool with jobs has been reachable for a while: the machines
 * may all be other ones by now. One read at a time per pool.
 */

import type { Logger } from "pino";
import { NotFoundError } from "../../spec/index.ts";
import type { Roster } from "../../worker/index.ts";
import type { PoolPointer } from "../api.ts";
import type { Event, Pool, State } from "../core/index.ts";
import { unreachablePools } from "../core/index.ts";

/** Reads the stack through the pointer. @throws when the stack can't be read. */
export type ReadPool = (pointer: PoolPointer) => Promise<Roster>;

export interface RefreshOptions {
  readonly readPool: ReadPool;
  readonly state: () => State;
  readonly clock: () => number;
  readonly log: Logger;
  readonly emit: (event: Event) => void;
  readonly patienceMs: number;
}

export class Refresh {
  readonly #options: RefreshOptions;
  /** Since when each pool is out of reach, or when it was last read. */
  readonly #since = new Map<string, number>();
  readonly #reading = new Set<string>();

  constructor(options: RefreshOptions) {
    this.#options = options;
  }

  tick(): void {
    const now = this.#options.clock();
    const pools = unreachablePools(this.#options.state());
    const names = new Set(pools.map((pool) => pool.identity));
    for (const identity of this.#since.keys()) if (!names.has(identity)) this.#since.delete(identity);
    for (const pool of pools) {
      const since = this.#since.get(pool.identity) ?? now;
      this.#since.set(pool.identity, since);
      if (now - since >= this.#options.patienceMs && !this.#reading.has(pool.identity)) void this.#read(pool);
    }
  }

  async #read({ identity, pointer }: Pool): Promise<void> {
    const { log, emit, readPool, clock } = this.#options;
    this.#reading.add(identity);
    try {
      emit({ kind: "roster", roster: await readPool(pointer) });
      emit({ kind: "stack-read", pool: identity, trouble: "" });
      log.info({ pool: identity }, "no worker reachable: the roster was read from the stack");
    } catch (error) {
      const trouble = error instanceof Error ? error.message.replaceAll("\n", " ") : String(error);
      emit({ kind: "stack-read", pool: identity, trouble, gone: error instanceof NotFoundError });
      log.warn({ pool: identity, err: error }, "no worker reachable, and the stack cannot be read");
    } finally {
      this.#reading.delete(identity);
      this.#since.set(identity, clock());
    }
  }
}
