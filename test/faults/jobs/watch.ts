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
    // A lease that ran out ends an attempt without anybody's telling.
    for (const machine of this.#world.machines) machine.noteDeaths();
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

  /** The rows when all faults are and all jobs are over, or when the jobs have taken too long after the faults. */
  async untilOver(faults: Promise<unknown>, deadlineMs: number): Promise<readonly JobRow[]> {
    let end = Number.POSITIVE_INFINITY;
    void faults.finally(() => (end = performance.now() + deadlineMs));
    for (;;) {
      const rows = await this.look();
      const isOver = end < Number.POSITIVE_INFINITY && rows.every(({ status }) => isTerminal(status));
      if (isOver || performance.now() > end) return rows;
      await delay(EVERY_MS);
    }
  }
}
