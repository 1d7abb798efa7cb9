/** How many jobs that do nothing are over in a second on local workers, from the command to the last SUCCEEDED; and what `xargs` does here. */
import { type Bench, repeat } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { POOL } from "../place.ts";
import { WORKERS } from "../plan.ts";
import { jobsPerSecond, launched } from "./ranks.ts";

export async function throughput(bench: Bench): Promise<readonly Figure[]> {
  const { ranks, rounds } = bench.plan;
  // In pairs, so that a busy machine is as busy for both.
  const pairs = await repeat(rounds, async () => ({
    ours: jobsPerSecond(ranks, await launched(bench, POOL)(ranks)),
    peer: await xargs(bench, ranks),
  }));
  return [
    figure(
      "ranks of `true` on local workers",
      pairs.map(({ ours }) => ours),
      { unit: "jobs/s", note: `${ranks} ranks, ${WORKERS} local workers, command and all` },
    ),
    figure(
      "  beside xargs -P2 -n1 bash -c true",
      pairs.map(({ ours, peer }) => ours / peer),
      { unit: "x" },
    ),
  ];
}

async function xargs(bench: Bench, ranks: number): Promise<number> {
  return jobsPerSecond(ranks, (await bench.shell(`seq ${ranks} | xargs -P2 -n1 bash -c true`)).ms);
}
