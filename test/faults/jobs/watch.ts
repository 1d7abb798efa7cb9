/** Looks at the queue all the time, as a user would: what it once said to be over must stay as it was. */
import { setTimeout as delay } from "node:timers/promises";
import type { JobRow } from "../../../runner/api.ts";
import { isTerminal } from "../../../runner/core/index.ts";
import type { World } from "./world.ts";

const EVERY_MS = 100;

export class Watch {
  readonly violations: string[] = [];
  readonly #world: World;
  readonly #over = new Map<number, string>();

  constructor(world: World) {
    this.#world = world;
  }

  async look(): Promise<readonly JobRow[]> {
    const rows = await this.#world.rows();
    for (const row of rows) {
      if (!isTerminal(row.status)) {
        if (this.#over.has(row.id)) this.violations.push(`job ${row.id} was over and is ${row.status} again`);
        continue;
      }
      const end = JSON.stringify(row);
      const before = this.#over.get(row.id);
      if (before === undefined) this.#world.ledger.mark("over", row.id);
      else if (before !== end) this.violations.push(`the end of job ${row.id} changed from ${before} to ${end}`);
      this.#over.set(row.id, end);
    }
    return rows;
  }

  /** The rows when all are over, or when it has taken too long. */
  async untilOver(deadlineMs: number): Promise<readonly JobRow[]> {
    const end = performance.now() + deadlineMs;
    for (;;) {
      const rows = await this.look();
      if (rows.every(({ status }) => isTerminal(status)) || performance.now() > end) return rows;
      await delay(EVERY_MS);
    }
  }
}
