/** Databases that released versions wrote, as they lay on a disk (old/queue-N.sqlite is of format N). */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { openSqliteStore } from "../../../runner/store/index.ts";
import { MIGRATIONS } from "../../../runner/store/sqlite/migrations.ts";

const folder = mkdtempSync(join(tmpdir(), "lido-old-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function oldQueue(format: number): string {
  const path = join(folder, `queue-${format}.sqlite`);
  copyFileSync(join(import.meta.dirname, "old", `queue-${format}.sqlite`), path);
  return path;
}

test("format 1: nothing of it is lost, and what came later has its default", async () => {
  const path = oldQueue(1);
  {
    await using store = openSqliteStore(path);
    const { jobs, submissions, spans, nextId } = await store.load();
    expect(nextId).toBe(1001);
    expect(submissions).toMatchObject([{ first: 1, last: 1000, name: "train", rules: { maxRestarts: 2 } }]);
    expect(spans).toEqual([
      { first: 5, last: 899, submission: 1 },
      { first: 951, last: 1000, submission: 1 },
    ]);
    const base = { submission: 1, attempt: 1, restarts: 0 };
    expect(jobs).toEqual([
      { ...base, id: 2, losses: 0, status: "RUNNING", worker: 2, startedAt: 1150, orphan: false },
      { ...base, id: 3, losses: 2, status: "RECOVERING", worker: 3, reason: "worker 3 was rebooted" },
      { ...base, id: 4, losses: 0, status: "STARTING", worker: 1 },
    ]);
    expect(await store.counts([{ first: 1, last: 1000 }])).toEqual(
      new Map([
        ["SUCCEEDED", 1],
        ["RUNNING", 1],
        ["RECOVERING", 1],
        ["STARTING", 1],
        ["PENDING", 945],
        ["CANCELLED", 51],
      ]),
    );
    expect(await store.takeOver()).toBe(3);
  }
  const database = new DatabaseSync(path);
  expect(database.prepare("PRAGMA user_version").get()).toMatchObject({ user_version: MIGRATIONS.length });
  database.close();
});
