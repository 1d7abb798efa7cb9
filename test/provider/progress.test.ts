import { expect, test, vi } from "vitest";
import { duration, limitInWords, progressTo } from "../../provider/progress.ts";

test("a line a second at most: events wait for each other and none is lost, news gives way", () => {
  vi.useFakeTimers({ now: 0 });
  const lines: string[] = [];
  const progress = progressTo((line) => lines.push(`${Date.now()} ${line}`));
  progress.event("a: made");
  progress.event("b: made");
  progress.news("setup", "a: setup 5s");
  vi.advanceTimersByTime(400);
  progress.event("c: made");
  vi.advanceTimersByTime(1_000);
  progress.event("d: made");
  vi.advanceTimersByTime(700);
  progress.news("setup", "b: setup 7s");
  progress.event("last");
  progress.flush();
  progress.flush();
  vi.useRealTimers();
  expect(lines).toEqual(["0 a: made", "1000 b: made; c: made", "2000 d: made", "2100 last"]);
});

test("the same news comes again only after half a minute", () => {
  const lines: string[] = [];
  const clock = { now: 0 };
  const progress = progressTo(
    (line) => lines.push(`${clock.now} ${line}`),
    () => clock.now,
  );
  for (const now of [0, 500, 1_000, 2_000, 30_000]) {
    clock.now = now;
    progress.news("drain a", "a: waits for 1 running job");
  }
  clock.now = 31_000;
  progress.news("setup", "a: setup 5s");
  clock.now = 32_000;
  progress.news("setup", "a: setup 6s");
  expect(lines).toEqual([
    "0 a: waits for 1 running job",
    "30000 a: waits for 1 running job",
    "31000 a: setup 5s",
    "32000 a: setup 6s",
  ]);
});

test("durations are short, and limits as a user writes them", () => {
  expect([400, 41_000, 185_000].map(duration)).toEqual(["0.4s", "41s", "3m 5s"]);
  expect([90_000, 600_000, 7_200_000, 1_500].map(limitInWords)).toEqual(["90s", "10m", "2h", "1.5s"]);
});
