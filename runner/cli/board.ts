/** What a person sees of many jobs while they run: lines of a board, or one line for a log file. Pure. */
import type { Counts } from "../api.ts";
import { finished, jobs, tally, tallyWords, whyWords } from "./outcome.ts";
import { duration } from "./time.ts";
import { cut, harmless } from "./width.ts";

/** When following began, and how many were over then: the rate counts from there. */
export interface Start {
  readonly at: number;
  readonly done: number;
}

export interface BoardOptions {
  readonly start: Start;
  readonly now: number;
  /** Columns of the terminal. */
  readonly width: number;
}

const FAILURES = 3;

export function boardLines(counts: Counts, options: BoardOptions): readonly string[] {
  const sums = tally(counts);
  const done = finished(sums);
  const head =
    `${done}/${counts.total} ${percent(done, counts.total)}  ${pace(counts.total - done, done, options)}`.trimEnd();
  const bar = barOf(done / Math.max(1, counts.total), Math.min(40, options.width - head.length - 3));
  const failures = counts.lastFailed.slice(0, FAILURES).map((job) => `failed: ${job.id}  ${whyWords(job)}`);
  return [`${bar}${head}`, tallyWords(sums), ...failures].map((line) => cut(harmless(line), options.width - 1));
}

/** `40 of 100 jobs over: 39 succeeded, 1 failed, 4 running, 56 pending` */
export function progressLine(counts: Counts): string {
  const sums = tally(counts);
  return `${finished(sums)} of ${jobs(counts.total)} over: ${tallyWords(sums)}`;
}

/** Which tenth of the work is done, 0 to 10: a log file gets one line for each. */
export function tenth(counts: Counts): number {
  return Math.floor((finished(tally(counts)) * 10) / Math.max(1, counts.total));
}

function percent(done: number, total: number): string {
  return `${Math.floor((done * 100) / Math.max(1, total))}%`;
}

/** `4.2/s  ETA 3m 55s`, as soon as something was done since the start. */
function pace(left: number, done: number, { start, now }: BoardOptions): string {
  const seconds = (now - start.at) / 1000;
  const since = done - start.done;
  if (since <= 0 || seconds <= 0) return "";
  const rate = since / seconds;
  const shown = rate >= 1 ? `${rate.toFixed(1)}/s` : `${(rate * 60).toFixed(1)}/min`;
  return left === 0 ? shown : `${shown}  ETA ${duration((left / rate) * 1000)}`;
}

function barOf(share: number, width: number): string {
  if (width < 10) return "";
  const full = Math.floor(share * width);
  return `[${"#".repeat(full)}${"-".repeat(width - full)}] `;
}
