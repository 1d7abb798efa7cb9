import { expect, test } from "vitest";
import { duration, progressTo } from "../../provider/progress.ts";

test("events are told at once, news once a second per kind, and the same news after half a minute", () => {
  const lines: string[] = [];
  const clock = { now: 0 };
  const progress = progressTo(
    (line) => lines.push(line),
    () => clock.now,
  );
  progress.event("a: made");
  progress.event("b: made");
  progress.news("setup", "a: setup 5s");
  progress.news("setup", "b: setup 5s");
  progress.news("drain a", "a: waits for 1 running job");
  clock.now = 1_000;
  progress.news("setup", "b: setup 6s");
  progress.news("drain a", "a: waits for 1 running job");
  clock.now = 30_000;
  progress.news("drain a", "a: waits for 1 running job");
  expect(lines).toEqual([
    "a: made",
    "b: made",
    "a: setup 5s",
    "a: waits for 1 running job",
    "b: setup 6s",
    "a: waits for 1 running job",
  ]);
});

test("durations are short", () => {
  expect([400, 41_000, 185_000].map(duration)).toEqual(["0.4s", "41s", "3m 5s"]);
});
