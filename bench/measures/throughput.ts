/** How many jobs that do nothing are over in a second, from the command to the last SUCCEEDED; and what `xargs` does here. */
import { type Bench, repeat } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { POOL } from "../place.ts";
import { WORKERS } from "../plan.ts";

export async function throughput(bench: Bench): Promise<readonly Figure[]> {
  const { ranks, rounds } = bench.plan;
  // In pairs, so that a busy machine is as busy for both.
  const pairs = await repeat(rounds, async () => ({ ours: await lido(bench, ranks), peer: await xargs(bench, ranks) }));
  return [
    figure(
      `${ranks} ranks of \`true\``,
      pairs.map(({ ours }) => ours),
      { unit: "jobs/s", note: `${WORKERS} local workers, command and all` },
    ),
    figure(
      "xargs -P2 -n1 bash -c true",
      pairs.map(({ peer }) => peer),
      { unit: "jobs/s", note: "the peer: no worker, no record" },
    ),
    figure(
      "  ranks beside xargs",
      pairs.map(({ ours, peer }) => ours / peer),
      { unit: "x" },
    ),
  ];
}

/** The command ends with 0 only when every rank has SUCCEEDED. @returns jobs per second */
async function lido(bench: Bench, ranks: number): Promise<number> {
  const { ms } = await bench.lido(["jobs", "launch", "-p", POOL, "--num-jobs", `${ranks}`, "--yes", "--", "true"]);
  return (ranks * 1000) / ms;
}

async function xargs(bench: Bench, ranks: number): Promise<number> {
  const { ms } = await bench.shell(`seq ${ranks} | xargs -P2 -n1 bash -c true`);
  return (ranks * 1000) / ms;
}
