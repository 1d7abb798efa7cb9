/**
 * What time it is on a worker, in its own uptime, never later than it really is: what a lease is renewed up to. Each
 * answer that names the uptime was written before it arrived here, so time since then is at least what passed there.
 */
export class LeaseClock {
  #uptimeMs: number;
  #heardAt: number;

  /** `uptimeMs` is what the worker said in a message that arrived at `heardAt`, on a clock of ours that nobody sets. */
  constructor(uptimeMs: number, heardAt: number) {
    this.#uptimeMs = uptimeMs;
    this.#heardAt = heardAt;
  }

  hear(uptimeMs: number, heardAt: number): void {
    this.#uptimeMs = uptimeMs;
    this.#heardAt = heardAt;
  }

  /** Whole milliseconds of the worker's uptime that have passed for sure. */
  at(now: number): number {
    return Math.floor(this.#uptimeMs + Math.max(0, now - this.#heardAt));
  }
}
