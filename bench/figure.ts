/** One measured figure: what its samples come to. Pure. A percentile is given only where there are samples enough for it. */
import { median, percentile } from "./statistics.ts";

export type Unit = "ms" | "s" | "jobs/s" | "x" | "MiB" | "%";

export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  readonly median: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly samples: number;
  /** What it is to be compared with, or how it was measured. */
  readonly note?: string;
}

/** A figure that could not be measured here, and what it would take. */
export interface Missing {
  readonly name: string;
  readonly missing: string;
}

export type Row = Figure | Missing;

export function isFigure(row: Row): row is Figure {
  return "median" in row;
}

const ENOUGH_FOR_P95 = 20;
const ENOUGH_FOR_P99 = 100;

/** @throws RangeError when there are no samples */
export function figure(name: string, samples: readonly number[], more: { unit: Unit; note?: string }): Figure {
  return {
    name,
    unit: more.unit,
    median: median(samples),
    ...(samples.length >= ENOUGH_FOR_P95 ? { p95: percentile(samples, 0.95) } : {}),
    ...(samples.length >= ENOUGH_FOR_P99 ? { p99: percentile(samples, 0.99) } : {}),
    samples: samples.length,
    ...(more.note === undefined ? {} : { note: more.note }),
  };
}
