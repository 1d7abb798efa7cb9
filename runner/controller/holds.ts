/** Which logs are being read on their worker now: they stay there until whoever reads is done. */
import type { AttemptKey } from "../../worker/index.ts";
import { keyName } from "../core/index.ts";

export class Holds {
  readonly #counts = new Map<string, number>();

  has(key: AttemptKey): boolean {
    return this.#counts.has(keyName(key));
  }

  take(key: AttemptKey): Disposable {
    const name = keyName(key);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    return { [Symbol.dispose]: () => this.#release(name) };
  }

  #release(name: string): void {
    const left = (this.#counts.get(name) ?? 0) - 1;
    if (left > 0) this.#counts.set(name, left);
    else this.#counts.delete(name);
  }
}
