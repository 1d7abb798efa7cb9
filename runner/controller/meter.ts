/** How often something happened in the last seconds. */

const WINDOW_SECONDS = 10;

export class Meter {
  /** Second -> how often. */
  readonly #counts = new Map<number, number>();
  total = 0;

  count(now: number): void {
    const second = Math.floor(now / 1000);
    this.total += 1;
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + 1);
    for (const old of this.#counts.keys()) if (old <= second - WINDOW_SECONDS) this.#counts.delete(old);
  }

  /** On average over the last ten seconds. */
  perSecond(now: number): number {
    const second = Math.floor(now / 1000);
    const recent = [...this.#counts].filter(([at]) => at > second - WINDOW_SECONDS);
    return recent.reduce((sum, [, count]) => sum + count, 0) / WINDOW_SECONDS;
  }
}
