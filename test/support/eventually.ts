/** Waits until a condition holds, with a deadline: looks again and again, so a test goes on the moment it does. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  deadlineMs = 20_000,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`after ${deadlineMs} ms still not so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A list that tests push events on and wait for. */
export class Recorder<T> {
  readonly items: T[] = [];
  readonly add = (item: T): void => {
    this.items.push(item);
  };
  async find(match: (item: T) => boolean, what: string, deadlineMs?: number): Promise<T> {
    await eventually(() => this.items.some(match), what, deadlineMs);
    return this.items.find(match) as T;
  }
}
