/**
 * Decides when a changed roster goes to the workers: at once, but not so often that a large pool does little else (each
 * telling goes to every worker and names every worker). What is held back goes when its time has come, or at the end.
 */
import type { Roster } from "../worker/index.ts";

/** Between two tellings, for each worker of the pool: 60 ms for three, a second for fifty. */
const MS_PER_WORKER = 20;

export class RosterPace {
  readonly #publish: (roster: Roster) => Promise<void>;
  #held: Roster | undefined;
  #timer: NodeJS.Timeout | undefined;
  #last = Number.NEGATIVE_INFINITY;
  #failure: { readonly error: unknown } | undefined;

  constructor(publish: (roster: Roster) => Promise<void>) {
    this.#publish = publish;
  }

  /** @throws what publishing threw, also when that was in between */
  async offer(roster: Roster): Promise<void> {
    this.#rethrow();
    this.#held = roster;
    const wait = this.#last + roster.workers.length * MS_PER_WORKER - performance.now();
    if (wait <= 0) return this.#tell();
    this.#timer ??= setTimeout(() => {
      this.#tell().catch((error: unknown) => {
        this.#failure = { error };
      });
    }, wait);
  }

  /** What is held back goes now. @throws what publishing threw */
  async flush(): Promise<void> {
    await this.#tell();
    this.#rethrow();
  }

  /** Nothing goes out any more by itself. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #tell(): Promise<void> {
    this.stop();
    const roster = this.#held;
    this.#held = undefined;
    if (roster === undefined) return;
    this.#last = performance.now();
    await this.#publish(roster);
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
