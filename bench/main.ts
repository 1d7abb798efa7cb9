/**
 * `npm run bench`: measures the built command on real pools of local workers, prints a table and writes the figures as
 * JSON. It keeps away from the user's own Lido and Pulumi, and leaves nothing behind, also when it is interrupted.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Bench } from "./bench.ts";
import { CLAIMS } from "./claims.ts";
import { cleanUp } from "./clean-up.ts";
import { BenchError } from "./command.ts";
import { type Row } from "./figure.ts";
import { machine, machineLine } from "./machine.ts";
import { crowd } from "./measures/crowd.ts";
import { far } from "./measures/far.ts";
import { firstLine } from "./measures/first-line.ts";
import { peers } from "./measures/peers.ts";
import { pulumiUp } from "./measures/pulumi-up.ts";
import { queue } from "./measures/queue.ts";
import { starts } from "./measures/starts.ts";
import { throughput } from "./measures/throughput.ts";
import { turnaround } from "./measures/turnaround.ts";
import { layOut, ROOT } from "./place.ts";
import { FULL, SHORT, WORKERS } from "./plan.ts";
import { readmeTable, withTable } from "./readme.ts";
import { ROWS } from "./readme-rows.ts";
import { table } from "./table.ts";
import { overclaimed, verdict } from "./verdict.ts";

const USAGE = `usage: npm run bench -- [--short | --readme] [--out FILE]
  --short     fewer samples and smaller pools, some minutes; fails when a ratio is under half of what README claims
  --readme    measures nothing: writes the figures of the last run into README's table
  --out FILE  where the figures go as JSON (default: bench/results.json)`;

interface Options {
  readonly short: boolean;
  readonly readme: boolean;
  readonly out: string;
}

const interrupted = new AbortController();

async function measure(bench: Bench): Promise<readonly Row[]> {
  const figures: Row[] = [];
  const take = async (what: string, part: (bench: Bench) => Promise<readonly Row[]>): Promise<void> => {
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
  await take("jobs per second beside others", peers);
  await take("a long way", far);
  await take("null workers", queue);
  await take("many workers", crowd);
  return figures;
}

/** What this run says about the claims. @returns whether none is far off */
function judge(rows: readonly Row[]): boolean {
  const { failures, skipped } = verdict(rows, CLAIMS);
  for (const sentence of skipped) console.log(`not judged: ${sentence}`);
  for (const sentence of failures) console.log(`far off: ${sentence}`);
  // Where everything is installed, what was not measured was not shown either.
  return failures.length === 0 && (skipped.length === 0 || process.env["CI"] !== "true");
}

function writeReadme(results: string): number {
  const file = join(ROOT, "README.md");
  try {
    const { figures } = JSON.parse(readFileSync(results, "utf8")) as { figures: readonly Row[] };
    writeFileSync(file, withTable(readFileSync(file, "utf8"), readmeTable(figures, ROWS)));
    for (const sentence of overclaimed(figures, CLAIMS)) console.error(`bench: ${sentence}`);
    return 0;
  } catch (error) {
    const none = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (!none && !(error instanceof BenchError)) throw error;
    console.error(
      `bench: ${none ? `there are no results in ${results}; run \`npm run bench\` first` : (error as Error).message}`,
    );
    return 1;
  }
}

async function main({ short, out }: Options): Promise<number> {
  const measuredOn = machine();
  console.log(machineLine(measuredOn));
  const started = performance.now();
  const place = layOut();
  // What this process itself puts into the temp folder, such as hosts, goes with the place too.
  process.env["TMPDIR"] = place.env["TMPDIR"];
  const bench = new Bench(place, short ? SHORT : FULL, interrupted.signal);
  let code = 0;
  try {
    const figures = await measure(bench);
    console.log(`\n${table(figures)}\n`);
    writeFileSync(out, `${JSON.stringify({ machine: measuredOn, short, figures }, undefined, 2)}\n`);
    console.log(`Figures: ${out}`);
    if (!judge(figures) && short) code = 1;
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
      options: {
        short: { type: "boolean", default: false },
        readme: { type: "boolean", default: false },
        out: { type: "string", default: "bench/results.json" },
      },
    });
    return { ...values, out: resolve(values.out) };
  } catch {
    return undefined;
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => interrupted.abort(new Error(`stopped by ${signal}`)));
}
const options = readOptions();
if (options === undefined) console.error(USAGE);
if (options === undefined) process.exitCode = 2;
else process.exitCode = options.readme ? writeReadme(options.out) : await main(options);
