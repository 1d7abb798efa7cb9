import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { isTerminal } from "../../../runner/core/index.ts";
import { STATUSES } from "../../../runner/statuses.ts";
import { openSqliteStore } from "../../../runner/store/index.ts";
import { MIGRATIONS } from "../../../runner/store/sqlite/migrations.ts";
import { storeConformance } from "./conformance.ts";

const folder = mkdtempSync(join(tmpdir(), "lido-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(folder, `${(files += 1)}`, "queue.sqlite");

storeConformance("SQLite", () => {
  const path = newPath();
  const store = openSqliteStore(path);
  return Promise.resolve({
    store,
    reopen: async () => {
      await store[Symbol.asyncDispose]();
      return openSqliteStore(path);
    },
  });
});

test("nobody else can read its files", async () => {
  const path = newPath();
  await using store = openSqliteStore(path);
  await store.takeOver();
  const modes = readdirSync(join(path, "..")).map((name) => statSync(join(path, "..", name)).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600, 0o600]);
});

test("a database of a newer Lido is refused, and left as it is", () => {
  const path = newPath();
  void openSqliteStore(path)[Symbol.asyncDispose]();
  const database = new DatabaseSync(path);
  database.exec("PRAGMA user_version = 7");
  expect(() => openSqliteStore(path)).toThrow(
    `The queue ${path} was written by a newer Lido (its format is 7, this program knows up to ${MIGRATIONS.length}). Use that newer Lido, or move the file away to begin an empty queue.`,
  );
  expect(database.prepare("PRAGMA user_version").get()).toMatchObject({ user_version: 7 });
  database.close();
});

test("a folder that cannot be made is a sentence", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const path = join(file, "queue.sqlite");
  expect(() => openSqliteStore(path)).toThrow(
    `The queue ${path} could not be used: EEXIST: file already exists, mkdir '${file}'. Check that the disk has room and that the folder can be written.`,
  );
});

describe("rows that cannot be", () => {
  const now = { worker: 1, started_at: 5, ended_at: 6, exit_code: 0 };
  type Part = Partial<Record<keyof typeof now, number | null>>;

  function insert(status: string, part: Part): () => void {
    const path = newPath();
    void openSqliteStore(path)[Symbol.asyncDispose]();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA foreign_keys = OFF");
    const { worker, started_at, ended_at, exit_code } = { ...now, ...part } as Record<keyof typeof now, number | null>;
    const add = database.prepare("INSERT INTO jobs VALUES (1, 1, ?, 1, 0, 0, ?, ?, ?, ?, '')");
    return () => void add.run(status, worker, started_at, ended_at, exit_code);
  }

  const live: Part = { ended_at: null, exit_code: null };

  test.each(STATUSES)("%s as it should be, and with an end too many or too few", (status) => {
    const [right, wrong] = isTerminal(status) ? [now, live] : [live, now];
    expect(insert(status, right)).not.toThrow();
    expect(insert(status, wrong)).toThrow("CHECK constraint failed");
  });

  test.each<[string, Part]>([
    ["DONE", now],
    ["STARTING", { ...live, worker: null }],
    ["RUNNING", { ...live, worker: null }],
    ["RUNNING", { ...live, started_at: null }],
    ["RUNNING", { ...live, exit_code: 0 }],
    ["RECOVERING", { ...live, worker: null }],
    ["CANCELLING", { ...live, worker: null }],
    ["PENDING", { ...live, exit_code: 1 }],
    ["SUCCEEDED", { exit_code: 1 }],
    ["SUCCEEDED", { exit_code: null }],
    ["SUCCEEDED", { worker: null }],
    ["SUCCEEDED", { started_at: null }],
  ])("%s %o", (status, part) => {
    expect(insert(status, part)).toThrow("CHECK constraint failed");
  });
});
