/**
 * What a person reads while a pool changes: each event at once; news of what goes on at most once a second per kind, and
 * the same line again only after half a minute.
 */

export interface Progress {
  /** An event: always told. */
  event(line: string): void;
  /** News of something that goes on, such as a running setup: told unless `kind` had a line just now. */
  news(kind: string, line: string): void;
}

const QUIET_MS = 1_000;
const REPEAT_MS = 30_000;

export function progressTo(report: (line: string) => void, clock: () => number = Date.now): Progress {
  const told = new Map<string, { readonly at: number; readonly line: string }>();
  return {
    event: report,
    news(kind, line) {
      const now = clock();
      const last = told.get(kind);
      if (last !== undefined && now - last.at < (last.line === line ? REPEAT_MS : QUIET_MS)) return;
      told.set(kind, { at: now, line });
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
