/**
 * A queue with 1,000,000 jobs that are over, half of them launched one by one: what a page costs must not depend on
 * them. Each figure is set against that of an empty queue on the same machine at the same moment.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqliteStore, type Store } from "../../../runner/store/index.ts";
import { MIGRATIONS, migrate } from "../../../runner/store/sqlite/migrations.ts";
import { IDENTITY, job, POINTER, roster } from "../core/fixtures.ts";

const HALF = 500_000;
const folder = mkdtempSync(join(tmpdir(), "lido-million-"));
let full: Store;
let empty: Store;

/** As format 3 wrote it, so that its jobs are also counted by the step that follows. */
function write(path: string): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF");
  migrate(database, path, MIGRATIONS.slice(0, 3));
  const add = (text: string, ...values: readonly (string | number)[]) => database.prepare(text).run(...values);
  const numbers = (to: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${to})`;
  add("INSERT INTO queue VALUES (1, 'aaaabbbb', 1, ?)", 2 * HALF + 2);
  add("INSERT INTO pools VALUES (?, ?, ?)", IDENTITY, JSON.stringify(roster([])), JSON.stringify(POINTER));
  const submission = "INSERT INTO submissions SELECT i, i + ?, ?, 'gpu-pool', ?, 'me', ?, 1000 + i FROM";
  const spec = JSON.stringify(job());
  add(`${submission} (SELECT 1 AS i)`, HALF - 1, IDENTITY, "wide", spec);
  add(`${submission} (${numbers(HALF)} SELECT i + ${HALF} AS i FROM n)`, 0, IDENTITY, "narrow", spec);
  add(`${submission} (SELECT ${2 * HALF + 1} AS i)`, 0, IDENTITY, "last", spec);
  add(
    `INSERT INTO jobs ${numbers(2 * HALF + 1)} SELECT i, CASE WHEN i <= ${HALF} THEN 1 ELSE i END,
     CASE WHEN i % 1000 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END, 1, 0, 1, 5000 + i, 6000 + i,
     CASE WHEN i % 1000 = 0 THEN 1 ELSE 0 END, '', 0 FROM n`,
  );
  database.close();
}

beforeAll(() => {
  const path = join(folder, "full.sqlite");
  write(path);
  full = openSqliteStore(path);
  empty = openSqliteStore(join(folder, "empty.sqlite"));
}, 120_000);
afterAll(async () => {
  await full?.[Symbol.asyncDispose]();
  await empty?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function best(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 5; count++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}

test("what is folded is counted", async () => {
  expect(await full.submissions({ limit: 2, name: "wide" })).toEqual([
    {
      ids: { first: 1, last: HALF },
      name: "wide",
      pool: "gpu-pool",
      submittedAt: 1_001,
      byStatus: { SUCCEEDED: HALF - 500, FAILED: 500 },
      startedAt: 5_001,
      endedAt: 6_000 + HALF,
    },
  ]);
  expect(await full.submissions({ limit: 1 })).toMatchObject([{ name: "last", byStatus: { SUCCEEDED: 1 } }]);
});

test.each<[string, (store: Store) => Promise<unknown>]>([
  ["folded", (store) => store.submissions({ limit: 51 })],
  ["folded, of a name", (store) => store.submissions({ limit: 51, name: "wide" })],
  ["folded, of a pool, not over", (store) => store.submissions({ limit: 51, pool: "gpu-pool", unfinished: true })],
  ["folded, of a time", (store) => store.submissions({ limit: 51, since: 400_000 })],
  ["ranks", (store) => store.page({ limit: 51 })],
  ["ranks, failed", (store) => store.page({ limit: 51, statuses: ["FAILED"] })],
  ["ranks, not over", (store) => store.page({ limit: 51, statuses: ["PENDING", "RUNNING"] })],
  ["ranks, of a pool, not over", (store) => store.page({ limit: 51, pool: "gpu-pool", statuses: ["RUNNING"] })],
  ["ranks, of an old name", (store) => store.page({ limit: 51, name: "wide" })],
  ["ranks, of an old name, failed", (store) => store.page({ limit: 51, name: "wide", statuses: ["FAILED"] })],
  ["ranks, of a pool that there is not", (store) => store.page({ limit: 51, pool: "other" })],
  ["all of a launch, counted", (store) => store.counts([{ first: 1, last: HALF }])],
  ["ranks, of a time", (store) => store.page({ limit: 51, since: 900_000 })],
])("a page of the queue: %s", async (_name, page) => {
  const withHistory = await best(() => page(full));
  const without = await best(() => page(empty));
  // A look at each of a million rows takes hundreds of times as long as a page of 51.
  expect(withHistory).toBeLessThan(20 * without + 10);
});
