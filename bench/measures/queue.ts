/** What the controller itself can do: ranks handed out to null workers, each durable, and a queue of very many. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import type { QueueFigures } from "../null/queue-process.ts";
import { NULL_WORKERS } from "../plan.ts";

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
  const { perSecond, submitMs, pageMs, first, last, peakMiB } = JSON.parse(stdout) as QueueFigures;
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
    figure("rate of the last 10,000 ranks beside the first", [last / first], {
      unit: "x",
      note: `of ${count}; aim: 0.9`,
    }),
  ];
}
