/**
 * For the fault lab alone: ends this process at a point of its choice, as kill -9 would. `LIDO_TEST_CRASH_AT=after-commit:3`:
 * when it comes there for the third time. Without that variable it does nothing.
 */

import type { Effect } from "../core/index.ts";

export type CrashPoint =
  | "before-commit"
  /** What was assigned is durable, and no START has left. */
  | "after-commit"
  | "after-start-sent"
  /** An attempt has ended, and nobody has written it down. */
  | "before-exit-commit"
  /** It is written down, and the worker was not told so. */
  | "after-exit-commit";

const [where, times = "1"] = (process.env.LIDO_TEST_CRASH_AT ?? "").split(":");
let left = Number(times);

export function crashPoint(point: CrashPoint): void {
  if (point !== where) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, "SIGKILL");
}

/** The points around the commit of a turn from which this will follow. */
export function crashPointOfTurn(when: "before" | "after", effects: readonly Effect[]): void {
  if (effects.some(({ kind }) => kind === "start")) crashPoint(`${when}-commit`);
  if (effects.some(({ kind }) => kind === "ended")) crashPoint(`${when}-exit-commit`);
}
