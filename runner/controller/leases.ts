/** Renews leases in time: several times within each, one renewal at a time per worker. */
import type { State, WorkerRef } from "../core/index.ts";
import { wantedLeases } from "../core/index.ts";
import type { Live } from "./session.ts";
import type { Sessions } from "./sessions.ts";

/** A renewal may be slow, and one may be lost. */
const RENEWALS = 4;

export class Leases {
  readonly #options: { readonly sessions: Sessions; readonly state: () => State };
  readonly #renewed = new WeakMap<Live, number>();
  readonly #under = new WeakSet<Live>();

  constructor(options: { readonly sessions: Sessions; readonly state: () => State }) {
    this.#options = options;
  }

  /** At least every second. */
  tick(now: number): void {
    for (const { leaseSeconds, ...ref } of wantedLeases(this.#options.state())) {
      const live = this.#options.sessions.get(ref)?.live;
      if (!live || this.#under.has(live)) continue;
      const due = (this.#renewed.get(live) ?? 0) + (leaseSeconds * 1000) / RENEWALS;
      if (now >= due) void this.#renew(live, ref, now);
    }
  }

  async #renew(live: Live, ref: WorkerRef, now: number): Promise<void> {
    this.#under.add(live);
    this.#renewed.set(live, now);
    try {
      await live.worker.renewLease();
    } catch (error) {
      // A broken connection is made again, and that renews too.
      void this.#options.sessions.get(ref)?.reset(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#under.delete(live);
    }
  }
}
