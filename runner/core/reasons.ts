/** What an exit code means, in words. */
import { constants } from "node:os";

const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** How an attempt ended, and when, by its worker's clock. */
export interface Exit {
  readonly code: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** What the worker says of a job that it ended for its timeout: the code of `timeout`, which a job may also use itself. */
const TIMED_OUT = 124;

/** `exit code 3`; for 128+n, what a shell reports after signal n, `killed by signal 9 (SIGKILL)`. */
export function endReason({ code, startedAt, endedAt }: Exit, timeoutSeconds: number | null): string {
  if (code === TIMED_OUT && timeoutSeconds !== null && endedAt - startedAt >= timeoutSeconds * 1000 - 1000) {
    return `it ran longer than its timeout of ${duration(timeoutSeconds * 1000)}`;
  }
  const signal = SIGNALS.get(code - 128);
  return signal ? `killed by signal ${code - 128} (${signal})` : `exit code ${code}`;
}

/** `14 s`, `3 min`, `2 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
