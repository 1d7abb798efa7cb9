/** Lets calls wait until something was committed. */

export class Changes {
  #next = Promise.withResolvers<void>();

  /** Something changed: everybody who waits goes on. */
  announce(): void {
    const { resolve } = this.#next;
    this.#next = Promise.withResolvers<void>();
    resolve();
  }

  /** Settles at the next change, or when the signal is aborted. Ask before looking, so that nothing is missed. */
  next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    return Promise.race([this.#next.promise, promise]);
  }
}
