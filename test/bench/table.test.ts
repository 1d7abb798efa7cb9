import { expect, test } from "vitest";
import type { Row } from "../../bench/figure.ts";
import { table } from "../../bench/table.ts";

test("numbers stand to the right with their unit, and what is not known stays empty", () => {
  const figures: readonly Row[] = [
    { name: "lido --version", unit: "ms", median: 71.4, p95: 103.6, samples: 20, note: "aim: below 100 ms" },
    { name: "1000 ranks", unit: "jobs/s", median: 512.3, samples: 5 },
    { name: "  beside xargs", unit: "x", median: 0.456, samples: 5 },
    { name: "pulumi up", unit: "s", median: 2.345, samples: 5, note: "3 workers" },
    { name: "slot turnaround", unit: "ms", median: 4.6, p95: 7, p99: 12.2, samples: 400 },
    { name: "a peer", missing: "not installed" },
  ];
  expect(table(figures).split("\n")).toEqual([
    "FIGURE               MEDIAN     P95    P99  SAMPLES  NOTE",
    "lido --version        71 ms  104 ms              20  aim: below 100 ms",
    "1000 ranks       512 jobs/s                       5",
    "  beside xargs       0.46 x                       5",
    "pulumi up            2.35 s                       5  3 workers",
    "slot turnaround        5 ms    7 ms  12 ms      400",
    "a peer                                               not installed",
  ]);
});

test("without figures there is the line of headers", () => {
  expect(table([])).toBe("FIGURE  MEDIAN  P95  P99  SAMPLES  NOTE");
});
