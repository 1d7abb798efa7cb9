/** Whether the controller has had nothing to do for long enough to end. */
export class Idle {
  readonly #limitMs: number;
  #since: number;

  constructor(limitMs: number, now: number) {
    this.#limitMs = limitMs;
    this.#since = now;
  }

  tick(busy: boolean, now: number): boolean {
    if (busy) this.#since = now;
    return now - this.#since >= this.#limitMs;
  }
}
