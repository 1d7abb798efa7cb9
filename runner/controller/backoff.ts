/** How long to wait before a worker is tried again. Pure; `random` is in [0, 1). */

const FIRST_MS = 100;
const LONGEST_MS = 5_000;
/** A refused key or a changed host key heals only when somebody does something. */
const PERMANENT_MS = 60_000;

export function backoff(failures: number, options: { readonly permanent: boolean; readonly random: number }): number {
  const full = options.permanent ? PERMANENT_MS : Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(full * (0.5 + options.random / 2));
}
