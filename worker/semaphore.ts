/** Hands out `count` permits, in the order they were asked for. */
export class Semaphore {
  #free: number;
  readonly #waiting: ((release: () => void) => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves with the function that gives the permit back; calling it again does nothing. */
  async acquire(): Promise<() => void> {
    if (this.#free === 0) return await new Promise((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
    return this.#permit();
  }

  #permit(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      if (next) next(this.#permit());
      else this.#free += 1;
    };
  }
}
