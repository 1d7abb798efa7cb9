/** How long a worker stands idle between two jobs while more are waiting: from the last instruction to the next first one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { POOL } from "../place.ts";
import { WORKERS } from "../plan.ts";
import { gaps } from "./gaps.ts";

/** Long enough that the workers do not wait for each other's processor time. */
const JOB_SECONDS = 0.05;

export async function turnaround(bench: Bench): Promise<readonly Figure[]> {
  const file = join(bench.place.folder, "ran.txt");
  // One short line, appended at once: lines of several jobs do not mix.
  const job = `began=$EPOCHREALTIME; sleep ${JOB_SECONDS}; echo "$began $EPOCHREALTIME $HOME" >> '${file}'`;
  const ranks = `${bench.plan.turnaroundRanks}`;
  await bench.lido(["jobs", "launch", "-p", POOL, "--num-jobs", ranks, "--yes", "--", job]);
  const samples = gaps(readFileSync(file, "utf8"));
  return [
    figure("slot turnaround", samples, {
      unit: "ms",
      note: `${WORKERS} workers, jobs of ${JOB_SECONDS * 1000} ms; end of one to begin of the next`,
    }),
  ];
}
