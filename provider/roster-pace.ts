/**
 * Decides when a changed roster goes to the workers: at once, but not so often that a large pool does little else (each
 * telling goes to every worker and names every worker). What is held back goes when its time has come, or at the end.
 */
import type { Roster } from "../worker/index.ts";

/** Between two tellings, for each worker of the pool: 60 ms for three, a second for fifty. */
const MS_PER_WORKER = 20;

export class RosterPace implements AsyncDisposable {
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tell();
    this.#rethrow();
  }

  async #tell(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
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
