import { expect, test } from "vitest";
import { figure } from "../../bench/figure.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_unused, index) => index + 1);

test("few samples have a median only", () => {
  expect(figure("start", upTo(19), { unit: "ms" })).toEqual({ name: "start", unit: "ms", median: 10, samples: 19 });
});

test("from 20 samples on there is a p95", () => {
  expect(figure("start", upTo(20), { unit: "ms", note: "warm" })).toEqual({
    name: "start",
    unit: "ms",
    median: 10.5,
    p95: 19,
    samples: 20,
    note: "warm",
  });
});

test("from 100 samples on there is a p99", () => {
  expect(figure("start", upTo(100), { unit: "s" })).toMatchObject({ median: 50.5, p95: 95, p99: 99 });
});
