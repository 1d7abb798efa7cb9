/**
 * What a person reads while a pool changes: never more than a line a second. An event is never lost: those of one second
 * are told together. News of what goes on is told at most once a second per kind, and the same line again only after half
 * a minute; it is dropped where another line was just told.
 */

export interface Progress {
  /** An event: always told, at once or with the others of this second. */
  event(line: string): void;
  /** News of something that goes on, such as a running setup. */
  news(kind: string, line: string): void;
  /** Tells what is still to be told. */
  flush(): void;
}

const QUIET_MS = 1_000;
const REPEAT_MS = 30_000;

export function progressTo(report: (line: string) => void, clock: () => number = Date.now): Progress {
  const news = new Map<string, { readonly at: number; readonly line: string }>();
  const waiting: string[] = [];
  let toldAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    toldAt = clock();
    report(waiting.splice(0).join("; "));
  };
  return {
    flush,
    event(line) {
      waiting.push(line);
      const wait = toldAt + QUIET_MS - clock();
      if (wait <= 0) flush();
      else timer ??= setTimeout(flush, wait);
    },
    news(kind, line) {
      const now = clock();
      const last = news.get(kind);
      if (last !== undefined && now - last.at < (last.line === line ? REPEAT_MS : QUIET_MS)) return;
      if (now - toldAt < QUIET_MS) return;
      news.set(kind, { at: now, line });
      toldAt = now;
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

/** As a user writes it: `90s`, `10m`, `2h`. */
export function limitInWords(ms: number): string {
  const seconds = ms / 1000;
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
