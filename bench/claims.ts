/**
 * The ratios that README's table claims. A run fails on one that is far off, never on an absolute time: a ratio to a peer
 * that was measured in the same minute says the same on a slow and on a busy machine. Data only; verdict.ts judges.
 */

export interface Claim {
  /** The figure's name, without the blanks before it; it has a row in readme-rows.ts. */
  readonly figure: string;
  /** More is better. */
  readonly ratio: number;
}

export const CLAIMS: readonly Claim[] = [
  { figure: "Lido beside GNU parallel -j8", ratio: 1.1 },
  { figure: "Lido beside GNU parallel over open connections", ratio: 5.5 },
  { figure: "Lido beside GNU parallel over new connections", ratio: 25 },
  { figure: "Lido beside Slurm, 8 slots", ratio: 60 },
  { figure: "beside xargs -P2 -n1 bash -c true", ratio: 0.25 },
  { figure: "jobs of 200 ms, 50 ms round trip beside 0 ms", ratio: 0.9 },
  { figure: "rate of 10,000 ranks at the end beside the beginning", ratio: 0.8 },
];
