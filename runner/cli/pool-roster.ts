/** A pool's roster as it changes: from this computer's file while a change runs here, and from the pool's own workers. */
import { setTimeout as delay } from "node:timers/promises";
import type { Roster } from "../../worker/index.ts";
import { newer, newestRoster } from "../pools/index.ts";

const LOOK_MS = 300;

export class NewestRoster {
  readonly #home: string;
  readonly #signal: AbortSignal;
  #roster: Roster;

  constructor(home: string, roster: Roster, signal: AbortSignal) {
    this.#home = home;
    this.#roster = roster;
    this.#signal = signal;
  }

  async read(): Promise<Roster> {
    this.#roster = await newestRoster(this.#home, this.#roster);
    return this.#roster;
  }

  /** What a worker says, unchecked. */
  learn(value: unknown): void {
    this.#roster = newer(this.#roster, value);
  }

  /** Until it may have changed. @throws the signal's reason */
  async pause(): Promise<void> {
    await NewestRoster.pause(this.#signal);
  }

  static async pause(signal: AbortSignal): Promise<void> {
    await delay(LOOK_MS, undefined, { signal });
  }
}
