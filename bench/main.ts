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

/** In this order; `local` ones share a pool of local workers. */
const PARTS: Readonly<Record<string, Part>> = {
  starts: { what: "commands that start and end", run: starts, local: true },
  "first-line": { what: "first line of a job", run: firstLine, local: true },
  throughput: { what: "jobs per second", run: throughput, local: true },
  turnaround: { what: "turnaround of a slot", run: turnaround, local: true },
  "pulumi-up": { what: "pulumi up", run: pulumiUp, local: true },
  peers: { what: "jobs per second beside others", run: peers, local: false },
  far: { what: "a long way", run: far, local: false },
  queue: { what: "null workers", run: queue, local: false },
  crowd: { what: "many workers", run: crowd, local: false },
};

interface Part {
  readonly what: string;
  readonly run: (bench: Bench) => Promise<readonly Row[]>;
  readonly local: boolean;
}

const USAGE = `usage: npm run bench -- [--short | --readme] [--only PART,…] [--out FILE]
  --short     fewer samples and smaller pools, some minutes; fails when a ratio is under half of what README claims
  --only …    only these, and no file is written unless --out says where: ${Object.keys(PARTS).join(", ")}
  --readme    measures nothing: writes the figures of the last run into README's table
  --out FILE  where the figures go as JSON (default: bench/results.json)`;

interface Options {
  readonly short: boolean;
  readonly readme: boolean;
  readonly parts: readonly Part[];
  /** None for a run of some parts: what the last whole run found stays. */
  readonly out: string | undefined;
}

const ALL = Object.values(PARTS);
const RESULTS = "bench/results.json";

const interrupted = new AbortController();

async function measure(bench: Bench, parts: readonly Part[]): Promise<readonly Row[]> {
  if (parts.some(({ local }) => local)) {
    console.error(`bench: a pool of ${WORKERS} local workers`);
    await bench.initStacks();
    await bench.up(WORKERS);
  }
  const figures: Row[] = [];
  for (const { what, run } of parts) {
    console.error(`bench: ${what}`);
    figures.push(...(await run(bench)));
  }
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

async function main({ short, out, parts }: Options): Promise<number> {
  const measuredOn = machine();
  console.log(machineLine(measuredOn));
  const started = performance.now();
  const place = layOut();
  // What this process itself puts into the temp folder, such as hosts, goes with the place too.
  process.env["TMPDIR"] = place.env["TMPDIR"];
  const bench = new Bench(place, short ? SHORT : FULL, interrupted.signal);
  let code = 0;
  try {
    const figures = await measure(bench, parts);
    console.log(`\n${table(figures)}\n`);
    if (out !== undefined) {
      writeFileSync(out, `${JSON.stringify({ machine: measuredOn, short, figures }, undefined, 2)}\n`);
      console.log(`Figures: ${out}`);
    }
    if (parts.length === ALL.length && !judge(figures) && short) code = 1;
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
        only: { type: "string" },
        out: { type: "string" },
      },
    });
    const { short, readme, only } = values;
    const parts = only === undefined ? ALL : partsNamed(only);
    const out = values.out ?? (only === undefined ? RESULTS : undefined);
    return parts && { short, readme, parts, out: out && resolve(out) };
  } catch {
    return undefined;
  }
}

function partsNamed(only: string): readonly Part[] | undefined {
  const names = only.split(",");
  if (!names.every((name) => Object.hasOwn(PARTS, name))) return undefined;
  return Object.entries(PARTS).flatMap(([name, part]) => (names.includes(name) ? [part] : []));
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => interrupted.abort(new Error(`stopped by ${signal}`)));
}
const options = readOptions();
if (options === undefined) console.error(USAGE);
if (options === undefined) process.exitCode = 2;
else process.exitCode = options.readme ? writeReadme(options.out ?? resolve(RESULTS)) : await main(options);
