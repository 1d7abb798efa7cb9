import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Row } from "../../bench/figure.ts";
import { readmeTable, withTable } from "../../bench/readme.ts";

const results: readonly Row[] = [
  { name: "slot turnaround", unit: "ms", median: 4.6, p95: 7, p99: 12.2, samples: 400 },
  { name: "  Lido beside a peer", unit: "x", median: 1.534, samples: 5 },
  { name: "true: a peer", missing: "not installed" },
];

test("each row has its figure by name, in the words of the README", () => {
  const rows = [
    { figure: "Lido beside a peer", text: "beside a peer" },
    { figure: "slot turnaround", text: "between two jobs" },
    { figure: "true: a peer", text: "a peer" },
  ];
  expect(readmeTable(results, rows).split("\n")).toEqual([
    "| figure | median | p95, p99 |",
    "|---|---|---|",
    "| beside a peer | 1.53 x |  |",
    "| between two jobs | 5 ms | 7 ms, 12 ms |",
    "| a peer | not installed | |",
    "",
  ]);
});

test("a figure that the run does not have is an error that says what to run", () => {
  expect(() => readmeTable(results, [{ figure: "nothing", text: "nothing" }])).toThrow(
    'The results have no figure "nothing". Run `npm run bench` without --short, then this again.',
  );
});

test("the README has one place for the table, and only that changes", () => {
  const readme = readFileSync(join(import.meta.dirname, "..", "..", "README.md"), "utf8");
  const changed = withTable(readme, "| a |\n");
  expect(changed).toContain("\n| a |\n");
  expect(withTable(changed, "| b |\n")).toBe(changed.replace("| a |", "| b |"));
  const [before, after] = [readme.split("<!-- figures")[0], readme.split("end of figures")[1]];
  expect(changed.startsWith(before as string)).toBe(true);
  expect(changed.endsWith(after as string)).toBe(true);
  expect(() => withTable("no place", "| a |\n")).toThrow("README.md has no lines");
});
