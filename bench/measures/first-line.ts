/** From giving `lido jobs launch` to the first line of the job, on an idle worker; and, in runs of their own, how that splits. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Bench, repeat } from "../bench.ts";
import { BenchError } from "../command.ts";
import { type Figure, figure } from "../figure.ts";
import { POOL } from "../place.ts";
import { type Marks, splitOf } from "./split.ts";

const TRACE = fileURLToPath(new URL("./trace.mjs", import.meta.url));
const LAUNCH = ["jobs", "launch", "-p", POOL, "--"] as const;

export async function firstLine(bench: Bench): Promise<readonly Figure[]> {
  await launch(bench);
  const samples = await repeat(bench.plan.firstLines, () => launch(bench));
  const traced = await repeat(bench.plan.traced, () => launchTraced(bench));
  return [
    figure("lido jobs launch: first line", samples, { unit: "ms", note: "aim: below 100 ms" }),
    ...Object.keys(traced[0] ?? {}).map((step) =>
      figure(
        `  ${step}`,
        traced.map((split) => split[step] as number),
        { unit: "ms", note: "in traced runs" },
      ),
    ),
  ];
}

/** @returns milliseconds until the line had come */
async function launch(bench: Bench): Promise<number> {
  const { lineMs } = await bench.lido([...LAUNCH, "echo first"], { line: "first" });
  if (lineMs === undefined) throw new BenchError("A job was launched and its only line never came.");
  return lineMs;
}

async function launchTraced(bench: Bench): Promise<Readonly<Record<string, number>>> {
  const file = join(bench.place.folder, "trace.json");
  const given = performance.timeOrigin + performance.now();
  const { ms, stdout } = await bench.lido([...LAUNCH, 'echo "ran at $EPOCHREALTIME"'], {
    nodeArgs: ["--import", pathToFileURL(TRACE).href],
    env: { BENCH_TRACE: file },
  });
  const ran = /ran at (\d+[.,]\d+)/.exec(stdout)?.[1];
  if (ran === undefined) throw new BenchError("The benchmarks need bash 5, which knows EPOCHREALTIME.");
  const inside = JSON.parse(readFileSync(file, "utf8")) as Partial<Marks>;
  return splitOf({ ...inside, given, ran: Number(ran.replace(",", ".")) * 1000, ended: given + ms });
}
