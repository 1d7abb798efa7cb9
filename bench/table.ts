/** Figures as a table for a person. Pure. */
import { isFigure, type Row, type Unit } from "./figure.ts";

const DIGITS: Readonly<Record<Unit, number>> = { ms: 0, s: 2, "jobs/s": 0, x: 2, MiB: 0, "%": 1 };
const HEADERS = ["FIGURE", "MEDIAN", "P95", "P99", "SAMPLES", "NOTE"] as const;
/** The columns of numbers, which stand to the right. */
const NUMBERS: ReadonlySet<number> = new Set([1, 2, 3, 4]);

/** A line of headers and one for each figure. */
export function table(figures: readonly Row[]): string {
  const rows = [HEADERS, ...figures.map(cells)];
  const widths = HEADERS.map((_header, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          NUMBERS.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cells(row: Row): readonly string[] {
  if (!isFigure(row)) return [row.name, "", "", "", "", row.missing];
  const { name, unit, median, p95, p99, samples, note } = row;
  return [name, amount(median, unit), amount(p95, unit), amount(p99, unit), `${samples}`, note ?? ""];
}

export function amount(value: number | undefined, unit: Unit): string {
  return value === undefined ? "" : `${value.toFixed(DIGITS[unit])} ${unit}`;
}
