/** Times named steps. */
export class Stopwatch {
  readonly #steps: { readonly name: string; readonly seconds: number }[] = [];

  async step(name: string, work: () => Promise<void>): Promise<void> {
    const begin = performance.now();
    await work();
    this.#steps.push({ name, seconds: (performance.now() - begin) / 1000 });
  }

  table(): string {
    const total = { name: "all of it", seconds: this.#steps.reduce((sum, { seconds }) => sum + seconds, 0) };
    const rows = [...this.#steps, total];
    const width = Math.max(...rows.map(({ name }) => name.length));
    return rows.map(({ name, seconds }) => `  ${name.padEnd(width)} ${seconds.toFixed(1).padStart(6)} s`).join("\n");
  }
}
