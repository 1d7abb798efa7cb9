/**
 * The ratios that README's table claims. A run fails on one that is far off, never on an absolute time: a ratio to a peer
 * that was measured in the same minute says the same on a slow and on a busy machine. Data only; verdict.ts judges.
 */

export interface Claim {
  /** The figure's name, without the blanks before it. */
  readonly figure: string;
  /** More is better. */
  readonly ratio: number;
  /** Its row in README's table: see readme-rows.ts. */
  readonly row: string;
}

export const CLAIMS: readonly Claim[] = [
  { figure: "Lido beside GNU parallel -j8", ratio: 1, row: "the same beside GNU parallel without SSH" },
  {
    figure: "Lido beside GNU parallel over open connections",
    ratio: 4,
    row: "the same beside GNU parallel over the same connections, opened before",
  },
  {
    figure: "Lido beside GNU parallel over new connections",
    ratio: 20,
    row: "the same beside GNU parallel over new connections",
  },
  { figure: "Lido beside Slurm, 8 slots", ratio: 20, row: "the same beside Slurm, one node, 8 slots" },
  { figure: "beside xargs -P2 -n1 bash -c true", ratio: 0.2, row: "the same beside `xargs -P2 -n1 bash -c true`" },
  {
    figure: "jobs of 200 ms, 50 ms round trip beside 0 ms",
    ratio: 0.85,
    row: "jobs of 200 ms over 50 ms round trip, beside 0 ms",
  },
  {
    figure: "rate of the last 10,000 ranks beside the first",
    ratio: 0.7,
    row: "1,000,000 ranks: the rate of the last 10,000 beside that of the first",
  },
];
