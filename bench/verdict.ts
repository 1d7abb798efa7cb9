/** Which claims a run contradicts. Pure. */
import type { Claim } from "./claims.ts";
import { isFigure, type Row } from "./figure.ts";

/** What is measured is this much of what is claimed, or it is far off. */
const FAR_OFF = 0.5;

export interface Verdict {
  /** One sentence for each claim that does not hold. */
  readonly failures: readonly string[];
  /** One sentence for each that could not be measured here. */
  readonly skipped: readonly string[];
}

export function verdict(rows: readonly Row[], claims: readonly Claim[]): Verdict {
  const byName = new Map(rows.map((row) => [row.name.trim(), row]));
  const failures: string[] = [];
  const skipped: string[] = [];
  for (const { figure: name, ratio } of claims) {
    const row = byName.get(name);
    if (row === undefined || !isFigure(row)) skipped.push(`${name}: ${row?.missing ?? "its peer was not measured"}`);
    else if (row.unit !== "x") failures.push(`${name}: is no ratio, so nothing can be claimed of it`);
    else if (row.median < ratio * FAR_OFF) {
      failures.push(`${name}: ${row.median.toFixed(2)}, less than half of the ${ratio} that README claims`);
    }
  }
  return { failures, skipped };
}
