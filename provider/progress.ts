/** What a person reads while a pool changes: one line per event at once, repeated news at most once a second per kind. */

export interface Progress {
  /** An event: always told. */
  event(line: string): void;
  /** News of something that goes on, such as a running setup: told when `kind` had no line for a second. */
  news(kind: string, line: string): void;
}

const QUIET_MS = 1_000;

export function progressTo(report: (line: string) => void, clock: () => number = Date.now): Progress {
  const last = new Map<string, number>();
  return {
    event: report,
    news(kind, line) {
      const now = clock();
      if (now - (last.get(kind) ?? -QUIET_MS) < QUIET_MS) return;
      last.set(kind, now);
      report(line);
    },
  };
}

/** `0.4s`, `41s`, `3m 5s` */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
}
