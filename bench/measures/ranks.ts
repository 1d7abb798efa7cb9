/** Ranks on a pool of the benchmark: making the pool, and how long a submission takes from the command to its last SUCCEEDED. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";

export interface PoolOfHosts {
  readonly name: string;
  readonly infra: string;
  readonly workers: number;
}

/** By `lido pool apply`. */
export async function applyPool(bench: Bench, { name, infra, workers }: PoolOfHosts): Promise<void> {
  const file = join(bench.place.folder, `${name}.yaml`);
  writeFileSync(file, `name: ${name}\npool: {workers: ${workers}}\nresources: {infra: ${infra}}\n`);
  await bench.lido(["pool", "apply", file, "-p", name, "--yes"]);
}

/** The command ends with 0 only when every rank has SUCCEEDED. @returns milliseconds that so many ranks took */
export function launched(bench: Bench, pool: string, job = "true"): (ranks: number) => Promise<number> {
  return async (ranks) =>
    (await bench.lido(["jobs", "launch", "-p", pool, "--num-jobs", `${ranks}`, "--yes", "--", job])).ms;
}

export function jobsPerSecond(jobs: number, ms: number): number {
  return (jobs * 1000) / ms;
}
