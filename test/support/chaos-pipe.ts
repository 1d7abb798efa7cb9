/** One direction of one connection through bad weather: what comes out is what went in, in order, late, or never. */

import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface Weather {
  /** How long each byte is under way. */
  readonly delayMs: number;
  readonly bytesPerSecond: number;
  /** Nothing passes, and nothing is lost: it comes once this is over. */
  readonly stalled: boolean;
}

interface Parcel {
  readonly due: number;
  /** undefined: the sender has said its last. */
  readonly bytes: Buffer | undefined;
}

/** More than this is not taken from the sender: it notices, as of a full network. */
const UNDER_WAY = 256 * 1024;

export class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #parcels: Parcel[] = [];
  #size = 0;
  #weather: Weather;
  #dark = false;
  #thaw = Promise.withResolvers<void>();
  #moving = false;

  constructor(from: Socket, to: Socket, weather: Weather) {
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    if (!weather.stalled) this.#thaw.resolve();
    from.on("data", (bytes: Buffer) => this.#take(bytes));
    from.on("end", () => this.#take(undefined));
    // A reset goes on to the other side, unless nothing does.
    from.on("error", () => this.#dark || to.resetAndDestroy());
    from.on("close", (failed: boolean) => failed || this.#dark || from.readableEnded || to.destroy());
  }

  setWeather(weather: Weather): void {
    if (weather.stalled && !this.#weather.stalled) this.#thaw = Promise.withResolvers<void>();
    if (!weather.stalled) this.#thaw.resolve();
    this.#weather = weather;
  }

  darken(): void {
    this.#dark = true;
    this.#from.resume();
  }

  thawed(): Promise<void> {
    return this.#thaw.promise;
  }

  #take(bytes: Buffer | undefined): void {
    if (this.#dark) return;
    this.#parcels.push({ due: performance.now() + this.#weather.delayMs, bytes });
    this.#size += bytes?.length ?? 0;
    if (this.#size > UNDER_WAY) this.#from.pause();
    if (!this.#moving) void this.#move();
  }

  async #move(): Promise<void> {
    this.#moving = true;
    for (let next = this.#parcels[0]; next !== undefined && !this.#dark; next = this.#parcels[0]) {
      const wait = next.due - performance.now();
      if (wait > 0) await delay(wait);
      await this.#thaw.promise;
      if (this.#dark || this.#to.destroyed) break;
      this.#parcels.shift();
      await this.#pass(next.bytes);
    }
    this.#moving = false;
  }

  async #pass(bytes: Buffer | undefined): Promise<void> {
    if (bytes === undefined) {
      this.#to.end();
      return;
    }
    const seconds = bytes.length / this.#weather.bytesPerSecond;
    if (seconds > 0.001) await delay(seconds * 1000);
    if (!this.#dark && this.#to.writable) this.#to.write(bytes);
    this.#size -= bytes.length;
    if (this.#size <= UNDER_WAY) this.#from.resume();
  }
}
