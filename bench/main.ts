/**
 * `npm run bench`: measures the built command on real pools of local workers, prints a table and writes the figures as
 * JSON. It keeps away from the user's own Lido and Pulumi, and leaves nothing behind, also when it is interrupted.
 */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Bench } from "./bench.ts";
import { cleanUp } from "./clean-up.ts";
import { BenchError } from "./command.ts";
import type { Figure } from "./figure.ts";
import { machine, machineLine } from "./machine.ts";
import { firstLine } from "./measures/first-line.ts";
import { pulumiUp } from "./measures/pulumi-up.ts";
import { starts } from "./measures/starts.ts";
import { throughput } from "./measures/throughput.ts";
import { turnaround } from "./measures/turnaround.ts";
import { layOut } from "./place.ts";
import { FULL, SHORT, WORKERS } from "./plan.ts";
import { table } from "./table.ts";

const USAGE = `usage: npm run bench -- [--short] [--out FILE]
  --short     fewer samples and smaller pools: under a minute
  --out FILE  where the figures go as JSON (default: bench/results.json)`;

interface Options {
  readonly short: boolean;
  readonly out: string;
}

const interrupted = new AbortController();

async function measure(bench: Bench): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  const take = async (what: string, part: (bench: Bench) => Promise<readonly Figure[]>): Promise<void> => {
    console.error(`bench: ${what}`);
    figures.push(...(await part(bench)));
  };
  console.error(`bench: a pool of ${WORKERS} local workers`);
  await bench.initStacks();
  await bench.up(WORKERS);
  await take("commands that start and end", starts);
  await take("first line of a job", firstLine);
  await take("jobs per second", throughput);
  await take("turnaround of a slot", turnaround);
  await take("pulumi up", pulumiUp);
  return figures;
}

async function main({ short, out }: Options): Promise<number> {
  const measuredOn = machine();
  console.log(machineLine(measuredOn));
  const started = performance.now();
  const place = layOut();
  const bench = new Bench(place, short ? SHORT : FULL, interrupted.signal);
  let code = 0;
  try {
    const figures = await measure(bench);
    console.log(`\n${table(figures)}\n`);
    writeFileSync(out, `${JSON.stringify({ machine: measuredOn, short, figures }, undefined, 2)}\n`);
    console.log(`Figures: ${out}`);
  } catch (error) {
    if (!interrupted.signal.aborted && !(error instanceof BenchError)) throw error;
    console.error(`bench: ${(error as Error).message}`);
    code = interrupted.signal.aborted ? 130 : 1;
  } finally {
    console.error("bench: cleaning up");
    const left = await cleanUp(place);
    for (const { pid, commandLine } of left)
      console.error(`bench: process ${pid} was left and is killed: ${commandLine}`);
    if (left.length > 0) code ||= 1;
  }
  console.error(`bench: done in ${((performance.now() - started) / 1000).toFixed(0)} s; nothing is left of it`);
  return code;
}

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: { short: { type: "boolean", default: false }, out: { type: "string", default: "bench/results.json" } },
    });
    return { short: values.short, out: resolve(values.out) };
  } catch {
    return undefined;
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => interrupted.abort(new Error(`stopped by ${signal}`)));
}
const options = readOptions();
if (options === undefined) console.error(USAGE);
process.exitCode = options === undefined ? 2 : await main(options);
