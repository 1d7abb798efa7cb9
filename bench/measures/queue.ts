/** What the controller itself can do: ranks handed out to null workers, each durable, and a queue of very many. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import type { QueueFigures } from "../null/queue-process.ts";
import { NULL_WORKERS } from "../plan.ts";
import { median } from "../statistics.ts";

/** So many times 10,000 ranks are "the end" and "the beginning": a single one says more about the machine's other work. */
const EDGE = 10;

const PROCESS = fileURLToPath(new URL("../null/queue-process.ts", import.meta.url));

export async function queue(bench: Bench): Promise<readonly Figure[]> {
  const { nullRanks, rounds, manyRanks } = bench.plan;
  const home = join(bench.place.folder, "null");
  mkdirSync(home);
  const sizes = { workers: NULL_WORKERS, ranks: nullRanks, rounds, many: manyRanks };
  const { stdout } = await bench.controller(PROCESS, {
    args: Object.entries(sizes).map(([name, value]) => `--${name}=${value}`),
    env: { LIDO_HOME: home },
  });
  const { perSecond, submitMs, pageMs, rates, peakMiB } = JSON.parse(stdout) as QueueFigures;
  const edge = Math.min(EDGE, rates.length >> 1);
  const many = "very many ranks";
  const count = `${manyRanks.toLocaleString("en")} ranks`;
  return [
    figure("durable dispatches to null workers", perSecond, {
      unit: "jobs/s",
      note: `${NULL_WORKERS} of them in the controller's process; ${nullRanks} ranks; aim: 10,000`,
    }),
    figure(`${many}: submit`, [submitMs], { unit: "ms", note: `${count}; aim: 100 ms` }),
    figure(`${many}: first page of the queue`, [pageMs], {
      unit: "ms",
      note: `100 rows of ${count}, while they run; aim: 50 ms`,
    }),
    figure(`${many}: memory, at most`, [peakMiB], {
      unit: "MiB",
      note: `${count}, null workers included; aim: 250 MiB`,
    }),
    figure(
      "rate of 10,000 ranks at the end beside the beginning",
      [median(rates.slice(-edge)) / median(rates.slice(0, edge))],
      {
        unit: "x",
        note: `of ${count}, medians of ${edge} each; aim: 0.9`,
      },
    ),
  ];
}
