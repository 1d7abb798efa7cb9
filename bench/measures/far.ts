/** What a long way costs: jobs of 200 ms on eight hosts, behind proxies that hold every byte back for 25 ms each way or not at all. */
import { type Bench, repeat } from "../bench.ts";
import { figure, type Row } from "../figure.ts";
import { Hosts, noHosts } from "../hosts.ts";
import { HOSTS } from "../plan.ts";
import { applyPool, jobsPerSecond, launched } from "./ranks.ts";

const POOL = "bench-far";
const ONE_WAY_MS = 25;
const JOB_SECONDS = 0.2;

export async function far(bench: Bench): Promise<readonly Row[]> {
  const name = `jobs of ${JOB_SECONDS * 1000} ms, ${2 * ONE_WAY_MS} ms round trip beside 0 ms`;
  if (noHosts !== undefined) return [{ name, missing: noHosts }];
  const { farRanks, rounds } = bench.plan;
  await using hosts = await Hosts.open(bench.place, HOSTS);
  const proxies = await hosts.behindProxies();
  await applyPool(bench, { name: POOL, infra: "ssh/far", workers: HOSTS });
  await launched(bench, POOL)(HOSTS * 4);
  const rateAt = async (delayMs: number): Promise<number> => {
    for (const proxy of proxies) proxy.setWeather({ delayMs });
    return jobsPerSecond(farRanks, await launched(bench, POOL, `sleep ${JOB_SECONDS}`)(farRanks));
  };
  const pairs = await repeat(rounds, async () => ({ near: await rateAt(0), far: await rateAt(ONE_WAY_MS) }));
  for (const proxy of proxies) proxy.setWeather({});
  await bench.lido(["pool", "down", POOL, "--yes"]);
  const note = `${farRanks} ranks, ${HOSTS} hosts; ${HOSTS / JOB_SECONDS} jobs/s would be all that is possible`;
  return [
    figure(
      "jobs of 200 ms at 0 ms",
      pairs.map(({ near }) => near),
      { unit: "jobs/s", note },
    ),
    figure(
      "jobs of 200 ms at 50 ms round trip",
      pairs.map((pair) => pair.far),
      { unit: "jobs/s", note: "through proxies" },
    ),
    figure(
      name,
      pairs.map((pair) => pair.far / pair.near),
      { unit: "x", note: "aim: at least 0.9" },
    ),
  ];
}
