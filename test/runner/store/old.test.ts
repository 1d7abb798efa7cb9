/** Databases that released versions wrote, as they lay on a disk (old/queue-N.sqlite is of format N). */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { openSqliteStore } from "../../../runner/store/index.ts";
import { MIGRATIONS, migrate } from "../../../runner/store/sqlite/migrations.ts";
import { IDENTITY, job, POINTER, roster } from "../core/fixtures.ts";

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

test("format 4: jobs with earlier attempts, and what is counted of them", async () => {
  const path = join(folder, "queue-4.sqlite");
  {
    const database = new DatabaseSync(path);
    database.exec("PRAGMA foreign_keys = OFF");
    migrate(database, path, MIGRATIONS.slice(0, 4));
    database.exec("PRAGMA foreign_keys = ON");
    const add = (text: string, ...values: readonly string[]) => database.prepare(text).run(...values);
    add("INSERT INTO queue VALUES (1, 'aaaabbbb', 1, 3)");
    add("INSERT INTO pools VALUES (?, ?, ?)", IDENTITY, JSON.stringify(roster([])), JSON.stringify(POINTER));
    add(
      "INSERT INTO submissions VALUES (1, 2, ?, 'gpu-pool', 'train', 'me', ?, 1000)",
      IDENTITY,
      JSON.stringify(job()),
    );
    // id, submission, status, attempt, losses, worker, started_at, ended_at, exit_code, reason, restarts
    add("INSERT INTO jobs VALUES (1, 1, 'RUNNING', 2, 1, 3, 1500, NULL, NULL, '', 4)");
    add("INSERT INTO jobs VALUES (2, 1, 'RUNNING', 1, 0, 2, 1100, NULL, NULL, '', 0)");
    add("UPDATE jobs SET status = 'FAILED', ended_at = 1200, exit_code = 7, reason = 'exited with 7' WHERE id = 2");
    add("INSERT INTO attempts VALUES (1, 1, 1, 1010, 1400, NULL, 'worker 1 was rebooted')");
    database.close();
  }
  await using store = openSqliteStore(path);
  const running = { id: 1, submission: 1, attempt: 2, losses: 1, restarts: 4, worker: 3, startedAt: 1500 };
  expect((await store.load()).jobs).toEqual([{ ...running, status: "RUNNING", orphan: false }]);
  expect(await store.attempts(1)).toMatchObject([{ attempt: 1, worker: 1, reason: "worker 1 was rebooted" }]);
  const counted = async () => (await store.submissions({ limit: 1 }))[0]?.byStatus;
  expect(await counted()).toEqual({ RUNNING: 1, FAILED: 1 });
  const ended = { ...running, status: "SUCCEEDED", endedAt: 1600, exitCode: 0, reason: "" } as const;
  const moved = { kind: "moved", expected: { status: "RUNNING", attempt: 2 }, job: ended } as const;
  expect(await store.commit([moved])).toEqual([]);
  expect(await counted()).toEqual({ SUCCEEDED: 1, FAILED: 1 });
  using written = new DatabaseSync(path);
  expect(written.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
});
