/** Shows that a long step is alive: a line every 20 s with the time it has taken. Never prints for a short step. */

const EVERY_MS = 20_000;

/** Runs `work`; every 20 s reports what `line` makes of the elapsed time in words. */
export async function withHeartbeat<T>(
  report: (line: string) => void,
  line: (elapsed: string) => string,
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const timer = setInterval(() => report(line(inWords(performance.now() - start))), EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Milliseconds as a person would say them: `45 s`, `2 min 20 s`. */
export function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
