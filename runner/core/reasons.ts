/** What an exit code and a refusal mean, in words. */
import { constants } from "node:os";
import type { Ending, RefusalReason } from "../../worker/index.ts";

const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** `exit code 3`; for 128+n, what a shell reports after signal n, `killed by signal 9 (SIGKILL)`. */
export function endReason({ code, timedOut }: Ending, timeoutSeconds: number | null): string {
  if (timedOut) {
    const limit = timeoutSeconds === null ? "" : ` of ${duration(timeoutSeconds * 1000)}`;
    return `it ran longer than its timeout${limit}`;
  }
  const signal = SIGNALS.get(code - 128);
  return signal ? `killed by signal ${code - 128} (${signal})` : `exit code ${code}`;
}

/** How an attempt ended that was being cancelled: as a rule by the signals of the cancel itself. */
export function cancelReason({ code }: Ending): string {
  const signal = SIGNALS.get(code - 128);
  return signal === "SIGTERM" || signal === "SIGKILL"
    ? `ended by the cancel (${signal})`
    : `it ended with exit code ${code} as it was cancelled`;
}

/** Why a worker did not begin a job, where it says no more than that. */
export function refusalReason(reason: RefusalReason): string {
  switch (reason) {
    case "no-space":
      return "its disk is full";
    case "cordoned":
    case "fenced":
    case "lease":
    case "unknown-submission":
      return reason;
  }
}

/** `14 s`, `3 min`, `2 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
