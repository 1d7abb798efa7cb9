/** Which claims a run contradicts, and which are more than it measured. Pure. */
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

/** One sentence for each claim that is more than the run measured: README is about to show less than is claimed. */
export function overclaimed(rows: readonly Row[], claims: readonly Claim[]): readonly string[] {
  return claims.flatMap(({ figure: name, ratio }) => {
    const row = rows.find((one) => one.name.trim() === name);
    if (row === undefined || !isFigure(row) || row.median >= ratio) return [];
    return [
      `${name}: bench/claims.ts says ${ratio}, and the run measured ${row.median.toFixed(2)}; write what was measured`,
    ];
  });
}
