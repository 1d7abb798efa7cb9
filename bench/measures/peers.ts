/**
 * How many jobs that do nothing are over in a second on eight hosts with an sshd each, beside what others do on the same
 * hosts: GNU parallel over connections that are open already and over new ones, GNU parallel and Slurm without SSH.
 */
import { type Bench, repeat } from "../bench.ts";
import { figure, type Row } from "../figure.ts";
import { Hosts, noHosts } from "../hosts.ts";
import { HOSTS } from "../plan.ts";
import { noSlurm, Slurm } from "../slurm.ts";
import { type Contender, lidoOver, overSsh, withoutSsh } from "./contenders.ts";
import { applyPool, jobsPerSecond, launched } from "./ranks.ts";

const POOL = "bench-near";

export async function peers(bench: Bench): Promise<readonly Row[]> {
  await using hosts = noHosts === undefined ? await Hosts.open(bench.place, HOSTS) : undefined;
  await using slurm = noSlurm() === undefined ? await Slurm.open(bench, HOSTS) : undefined;
  if (hosts) await ready(bench, hosts);
  const contenders = [...overSsh(bench, hosts), ...withoutSsh(bench, slurm)];
  const [lido, ...others] = await race(bench.plan.rounds, [lidoOver(bench, POOL), ...contenders]);
  if (hosts) await bench.lido(["pool", "down", POOL, "--yes"]);
  if (lido === undefined) return [];
  return [...[lido, ...others].map(rowOf), ...others.map((peer) => ratio(lido, peer))];
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
function ratio(lido: Raced, { name, rates, missing = lido.missing }: Raced): Row {
  const title = `  Lido beside ${name}`;
  if (missing !== undefined) return { name: title, missing };
  const samples = rates.map((rate, index) => (lido.rates[index] ?? 0) / rate);
  return figure(title, samples, { unit: "x" });
}

/** Each host gets its worker, its supervisor and an open connection of `ssh`. */
async function ready(bench: Bench, hosts: Hosts): Promise<void> {
  await applyPool(bench, { name: POOL, infra: "ssh/near", workers: HOSTS });
  await launched(bench, POOL)(HOSTS * 4);
  const config = hosts.sshConfig("kept");
  for (const index of hosts.hosts.keys()) await bench.shell(`ssh -n -F '${config}' h${index + 1} true`);
}
