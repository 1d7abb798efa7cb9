/** On what the figures were measured. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { ROOT } from "./place.ts";

export interface Machine {
  /** ISO 8601. */
  readonly date: string;
  readonly lido: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Processes that wanted a core in the last minute before the run. Above 0.5, others were at work too. */
  readonly load: number;
}

export function machine(): Machine {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  return {
    date: new Date().toISOString(),
    lido: version,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0] ?? 0,
  };
}

export function machineLine({ date, lido, node, platform, cpu, cores, memoryGiB, load }: Machine): string {
  return `Lido ${lido}, Node ${node}, ${platform}, ${cores} cores (${cpu}), ${memoryGiB} GiB, load ${load.toFixed(1)}, ${date}`;
}
