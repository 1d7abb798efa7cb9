import { expect, test } from "vitest";
import { gaps } from "../../bench/measures/gaps.ts";

test("jobs that followed each other on one worker have a gap between them, whatever the order of the lines", () => {
  const text = [
    "100.250000 100.500000 /pool/workers/1",
    "100.000000 100.125000 /pool/workers/1",
    "100.000000 100.500000 /pool/workers/2",
    "100.625000 100.750000 /pool/workers/2",
  ].join("\n");
  expect(gaps(`${text}\n`)).toEqual([125, 125]);
});

test("a worker that ran one job has no gap", () => {
  expect(gaps("1.0 2.0 /a\n2.5 3.0 /b\n")).toEqual([]);
});

test("a comma in a time, and spaces in a worker's folder, are understood", () => {
  expect(gaps("1,000000 1,500000 /a folder/1\n1,750000 2,000000 /a folder/1\n5,0 6,0 /a folder/2\n")).toEqual([250]);
});
