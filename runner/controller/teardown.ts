/** What was started, to be stopped in the opposite order. (Node 22 has no AsyncDisposableStack yet.) */
export class Teardown implements AsyncDisposable {
  #steps: (() => unknown)[] = [];

  use<T extends Disposable | AsyncDisposable>(resource: T): T {
    this.defer(() => (Symbol.asyncDispose in resource ? resource[Symbol.asyncDispose]() : resource[Symbol.dispose]()));
    return resource;
  }

  defer(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Takes everything along: this one has nothing to stop any more. */
  move(): Teardown {
    const next = new Teardown();
    next.#steps = this.#steps;
    this.#steps = [];
    return next;
  }

  /** Runs all steps, whatever fails. @throws the first failure */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.splice(0).toReversed()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
