import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { makeHome, rosterOf, startWorker, submission, untilOver } from "./harness.ts";
import { spawnController, untilListening } from "./processes.ts";

const RANKS = 1_000;

test("1,000 ranks on 4 workers all succeed once, and kill -9 of the controller in the middle changes nothing of that", async () => {
  using home = makeHome();
  await using a = await startWorker(1);
  await using b = await startWorker(2);
  await using c = await startWorker(3);
  await using d = await startWorker(4);
  const book = join(home.path, "book");
  const lines = () => readFileSync(book, { encoding: "utf8", flag: "a+" }).split("\n").slice(0, -1);

  await using first = spawnController(home);
  using before = await untilListening(home, first);
  const params = submission(rosterOf(home, [a, b, c, d]), RANKS, { run: `echo "$SKYPILOT_JOB_RANK" >> ${book}; true` });
  await before.call("submit", params);
  await eventually(() => lines().length >= RANKS / 5, "a fifth of the ranks have run", 60_000);
  first.child.kill("SIGKILL");
  expect(await first.ended).toBe("SIGKILL");
  expect(lines().length).toBeLessThan(RANKS);

  await using second = spawnController(home);
  using after = await untilListening(home, second);
  const counts = await untilOver(after, 1, RANKS);
  expect(counts).toEqual({ total: RANKS, byStatus: { SUCCEEDED: RANKS }, lastFailed: [] });
  const expected = Array.from({ length: RANKS }, (_, rank) => rank);
  expect(
    lines()
      .map(Number)
      .toSorted((x, y) => x - y),
  ).toEqual(expected);
  const { rows } = await after.call("queue", { limit: RANKS });
  expect(rows.filter((row) => row.attempt !== 1)).toEqual([]);
}, 120_000);
