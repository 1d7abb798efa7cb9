/** What `lido doctor` found, as a table and as an exit code. Pure. */
import type { Column } from "./table.ts";

export interface Finding {
  readonly check: string;
  readonly state: "ok" | "bad";
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** Where it was found: this computer, a pool, a worker. */
export interface PlacedFinding extends Finding {
  readonly where: string;
}

export const FINDING_COLUMNS: readonly Column<PlacedFinding>[] = [
  { header: "WHERE", cell: ({ where }) => where, shrinkTo: 12 },
  { header: "CHECK", cell: ({ check }) => check },
  { header: "STATE", cell: ({ state }) => state, color: ({ state }) => (state === "ok" ? "green" : "red") },
  { header: "FOUND", cell: ({ found, remedy }) => (remedy === undefined ? found : `${found}. ${remedy}`), wraps: true },
];

/** `All is well: 12 checks.` */
export function summaryWords(findings: readonly Finding[]): string {
  const bad = findings.filter(({ state }) => state === "bad").length;
  const checks = findings.length === 1 ? "1 check" : `${findings.length} checks`;
  return bad === 0 ? `All is well: ${checks}.` : `${bad} of ${checks} found something to mend.`;
}
