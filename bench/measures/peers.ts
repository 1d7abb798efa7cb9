/**
 * How many jobs that do nothing are over in a second on eight hosts with an sshd each, beside what others do on the same
 * hosts: GNU parallel over connections that are open already and over new ones, GNU parallel and Slurm without SSH.
 */
import { type Bench, repeat } from "../bench.ts";
import { BenchError } from "../command.ts";
import { type Figure, figure, type Row } from "../figure.ts";
import { Hosts, noHosts } from "../hosts.ts";
import { notInstalled } from "../installed.ts";
import { HOSTS } from "../plan.ts";
import { noSlurm, Slurm } from "../slurm.ts";
import { applyPool, jobsPerSecond, launched } from "./ranks.ts";

const POOL = "bench-near";

interface Contender {
  readonly name: string;
  readonly note: string;
  readonly ranks: number;
  /** Why it cannot be measured here. */
  readonly missing: string | undefined;
  /** @returns milliseconds */
  readonly run: (ranks: number) => Promise<number>;
}

export async function peers(bench: Bench): Promise<readonly Row[]> {
  const { ranks, slowRanks } = bench.plan;
  await using hosts = noHosts === undefined ? await Hosts.open(bench.place, HOSTS) : undefined;
  await using slurm = noSlurm() === undefined ? await Slurm.open(bench, HOSTS) : undefined;
  if (hosts) await ready(bench, hosts);
  const parallel = notInstalled(["parallel"]);
  const local = "the same computer without SSH";
  const contenders: readonly Contender[] = [
    {
      name: "Lido over SSH",
      note: `${ranks} ranks, ${HOSTS} sshds, durable, command and all`,
      ranks,
      missing: noHosts,
      run: launched(bench, POOL),
    },
    {
      name: "GNU parallel over open connections",
      note: "the same sshds, ControlMaster",
      ranks,
      missing: noHosts ?? parallel,
      run: overSsh(bench, hosts, "kept"),
    },
    {
      name: "GNU parallel over new connections",
      note: `the same sshds, ${slowRanks} jobs`,
      ranks: slowRanks,
      missing: noHosts ?? parallel,
      run: overSsh(bench, hosts, "new"),
    },
    {
      name: "GNU parallel -j8",
      note: local,
      ranks,
      missing: parallel,
      run: (count) => shell(bench, `seq ${count} | ${PARALLEL} -j${HOSTS} true`),
    },
    {
      name: "Slurm, 8 slots",
      note: `${local}; an array of ${slowRanks}`,
      ranks: slowRanks,
      missing: noSlurm(),
      run: async (count) => (await slurm?.array(count)) ?? 0,
    },
    {
      name: "xargs -P2 -n1 bash -c true",
      note: "what the machine can do: no worker, no record",
      ranks,
      missing: undefined,
      run: (count) => shell(bench, `seq ${count} | xargs -P2 -n1 bash -c true`),
    },
  ];
  const [lido, ...others] = await race(bench.plan.rounds, contenders);
  if (lido === undefined) return [];
  const ratios = others.filter(({ rates }) => rates.length > 0).map((peer) => ratio(lido, peer));
  if (hosts) await bench.lido(["pool", "down", POOL, "--yes"]);
  return [lido, ...others].map(rowOf).concat(lido.rates.length > 0 ? ratios : []);
}

interface Raced extends Contender {
  /** Jobs per second; none when it cannot be measured. */
  readonly rates: readonly number[];
}

/** In turns, so that a busy machine is as busy for all. */
async function race(rounds: number, contenders: readonly Contender[]): Promise<readonly Raced[]> {
  const able = contenders.filter(({ missing }) => missing === undefined);
  const samples = await repeat(rounds, async () => {
    const rates = new Map<Contender, number>();
    for (const one of able) rates.set(one, jobsPerSecond(one.ranks, await one.run(one.ranks)));
    return rates;
  });
  return contenders.map((one) => ({ ...one, rates: samples.flatMap((rates) => rates.get(one) ?? []) }));
}

function rowOf({ name, note, rates, missing }: Raced): Row {
  const title = `true: ${name}`;
  return missing === undefined ? figure(title, rates, { unit: "jobs/s", note }) : { name: title, missing };
}

/** Of each round, since what was busy in it was busy for both. */
function ratio(lido: Raced, { name, rates }: Raced): Figure {
  const samples = rates.map((rate, index) => (lido.rates[index] ?? 0) / rate);
  return figure(`  Lido beside ${name}`, samples, { unit: "x" });
}

/** Each host gets its worker, its supervisor and an open connection of `ssh`. */
async function ready(bench: Bench, hosts: Hosts): Promise<void> {
  await applyPool(bench, { name: POOL, infra: "ssh/near", workers: HOSTS });
  await launched(bench, POOL)(HOSTS * 4);
  const config = hosts.sshConfig("kept");
  for (const index of hosts.hosts.keys()) await bench.shell(`ssh -n -F '${config}' h${index + 1} true`);
}

const PARALLEL = "parallel --will-cite -n0";

function overSsh(bench: Bench, hosts: Hosts | undefined, connections: "kept" | "new"): Contender["run"] {
  return async (ranks) => {
    if (hosts === undefined) throw new BenchError("There are no hosts.");
    const each = [...hosts.hosts.keys()].map((index) => `1/h${index + 1}`).join(",");
    const ssh = `ssh -F '${hosts.sshConfig(connections)}'`;
    return await shell(bench, `seq ${ranks} | ${PARALLEL} --ssh "${ssh}" -S ${each} -j1 true`);
  };
}

async function shell(bench: Bench, command: string): Promise<number> {
  return (await bench.shell(command)).ms;
}
