/** One session per wanted worker: begins those that are missing, ends those that are not wanted any more. */

import type { WantedWorker, WorkerRef } from "../core/index.ts";
import type { SessionOptions } from "./session.ts";
import { endpointOf, Session } from "./session.ts";

export class Sessions {
  readonly #options: SessionOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #ending = new Set<Promise<void>>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get(ref: WorkerRef): Session | undefined {
    return this.#sessions.get(nameOf(ref));
  }

  sync(wanted: readonly WantedWorker[]): void {
    const byName = new Map(wanted.map((one) => [nameOf(one), one]));
    for (const [name, session] of this.#sessions) {
      const next = byName.get(name);
      if (!next || !isSame(session.wanted, next)) this.#end(name, session);
    }
    for (const [name, one] of byName) {
      if (!this.#sessions.has(name)) this.#sessions.set(name, new Session(one, this.#options));
    }
  }

  /** Breaks every connection; they are made again, and every worker is asked again. */
  reset(reason: Error): void {
    for (const session of this.#sessions.values()) void session.reset(reason);
  }

  async stop(): Promise<void> {
    for (const [name, session] of this.#sessions) this.#end(name, session);
    await Promise.all(this.#ending);
  }

  #end(name: string, session: Session): void {
    const { pool, worker } = session.wanted;
    this.#sessions.delete(name);
    const wasUp = session.live !== undefined;
    const ended = session.stop().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
    if (wasUp) this.#options.emit({ kind: "disconnected", pool, worker, reason: "", permanent: false });
  }
}

function nameOf({ pool, worker }: WorkerRef): string {
  return `${pool} ${worker}`;
}

function isSame(a: WantedWorker, b: WantedWorker): boolean {
  return a.keyRef === b.keyRef && JSON.stringify(endpointOf(a)) === JSON.stringify(endpointOf(b));
}
