/** Who hands out jobs that do nothing, each in the way that is fastest for it. Where one cannot be measured, it says why. */
import type { Bench } from "../bench.ts";
import { BenchError } from "../command.ts";
import { type Hosts, noHosts } from "../hosts.ts";
import { notInstalled } from "../installed.ts";
import { HOSTS } from "../plan.ts";
import { noSlurm, type Slurm } from "../slurm.ts";
import { launched } from "./ranks.ts";

export interface Contender {
  readonly name: string;
  readonly note: string;
  readonly ranks: number;
  /** Why it cannot be measured here. */
  readonly missing: string | undefined;
  /** @returns milliseconds */
  readonly run: (ranks: number) => Promise<number>;
}

/** The names are those of the figures: claims.ts and readme-rows.ts know them. */
export function lidoOver(bench: Bench, pool: string): Contender {
  const { ranks } = bench.plan;
  const note = `${ranks} ranks, ${HOSTS} sshds, durable, command and all`;
  return { name: "Lido over SSH", note, ranks, missing: noHosts, run: launched(bench, pool) };
}

const PARALLEL = "parallel --will-cite -n0";

/** On the hosts that Lido has too. */
export function overSsh(bench: Bench, hosts: Hosts | undefined): readonly Contender[] {
  const { ranks, slowRanks } = bench.plan;
  const missing = noHosts ?? notInstalled(["parallel"]);
  const parallel = (connections: "kept" | "new") => async (count: number) => {
    if (hosts === undefined) throw new BenchError("There are no hosts.");
    const each = [...hosts.hosts.keys()].map((index) => `1/h${index + 1}`).join(",");
    const ssh = `ssh -F '${hosts.sshConfig(connections)}'`;
    return await shell(bench, `seq ${count} | ${PARALLEL} --ssh "${ssh}" -S ${each} -j1 true`);
  };
  const [open, fresh] = ["GNU parallel over open connections", "GNU parallel over new connections"] as const;
  return [
    { name: open, note: "the same sshds, ControlMaster", ranks, missing, run: parallel("kept") },
    { name: fresh, note: `the same sshds, ${slowRanks} jobs`, ranks: slowRanks, missing, run: parallel("new") },
  ];
}

/** On this computer itself. */
export function withoutSsh(bench: Bench, slurm: Slurm | undefined): readonly Contender[] {
  const { ranks, slowRanks } = bench.plan;
  const xargs = "xargs -P2 -n1 bash -c true";
  return [
    {
      name: "GNU parallel -j8",
      note: "without SSH",
      ranks,
      missing: notInstalled(["parallel"]),
      run: (count) => shell(bench, `seq ${count} | ${PARALLEL} -j${HOSTS} true`),
    },
    {
      name: "Slurm, 8 slots",
      note: `without SSH; an array of ${slowRanks}`,
      ranks: slowRanks,
      missing: noSlurm(),
      run: async (count) => (await slurm?.array(count)) ?? 0,
    },
    {
      name: xargs,
      note: "what the machine can do: no worker, no record",
      ranks,
      missing: undefined,
      run: (count) => shell(bench, `seq ${count} | ${xargs}`),
    },
  ];
}

async function shell(bench: Bench, command: string): Promise<number> {
  return (await bench.shell(command)).ms;
}
