/** The queue in one SQLite file (0600), through node:sqlite: WAL, and every commit on the disk before it is answered. */
import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StoredChange } from "../../core/index.ts";
import { StoreError } from "../errors.ts";
import type { Payload, Store } from "../types.ts";
import { attempts } from "./attempts.ts";
import { counts } from "./counts.ts";
import { migrate } from "./migrations.ts";
import { cancelledRanks, page } from "./page.ts";
import { all, sql } from "./prepared.ts";
import { jobSpecOf, submissionOfRow } from "./rows.ts";
import { loadSnapshot } from "./snapshot.ts";
import { submissions } from "./submissions.ts";
import type { Write } from "./write.ts";
import { writer } from "./write.ts";

/** `:memory:` for one that lives as long as the process. @throws StoreError */
export function openSqliteStore(path: string): Store {
  const database = wrapErrors(path, () => open(path));
  const write = writer(database);
  const guarded = <T>(run: () => T): Promise<T> =>
    new Promise((resolve) => {
      resolve(wrapErrors(path, run));
    });
  return {
    location: path,
    takeOver: () => guarded(() => takeOver(database)),
    load: () => guarded(() => loadSnapshot(database)),
    commit: (changes) => guarded(() => commit(database, write, changes)),
    payload: (submission) => guarded(() => payload(database, submission)),
    attempts: (job) => guarded(() => attempts(database, job)),
    page: (query) => guarded(() => page(database, query)),
    cancelledRanks: (query) => guarded(() => cancelledRanks(database, query)),
    submissions: (query) => guarded(() => submissions(database, query)),
    counts: (ranges) => guarded(() => counts(database, ranges)),
    [Symbol.asyncDispose]: () => guarded(() => database.close()),
  };
}

function open(path: string): DatabaseSync {
  if (path !== ":memory:") createPrivate(path);
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000");
  migrate(database, path);
  database.exec("PRAGMA foreign_keys = ON");
  const fresh = sql
    .insertInto("queue")
    .values({ one: 1, name: randomBytes(4).toString("hex"), epoch: 0, next_id: 1 })
    .onConflict((on) => on.doNothing());
  all(database, fresh);
  return database;
}

/** The files beside it (-wal, -shm) get the mode of the database from SQLite. */
function createPrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
}

function takeOver(database: DatabaseSync): number {
  const next = sql
    .updateTable("queue")
    .set((of) => ({ epoch: of("epoch", "+", 1) }))
    .returning("epoch");
  return all(database, next)[0]?.epoch ?? 0;
}

function commit(database: DatabaseSync, write: Write, changes: readonly StoredChange[]): readonly StoredChange[] {
  database.exec("BEGIN IMMEDIATE");
  try {
    const stale = changes.filter((change) => !write(change));
    database.exec("COMMIT");
    return stale;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** SQLite itself may have rolled back already, when the disk was full. */
function rollBack(database: DatabaseSync): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // No transaction is open any more: that is what was wanted.
  }
}

function payload(database: DatabaseSync, first: number): Payload | undefined {
  const [row] = all(database, sql.selectFrom("submissions").selectAll().where("first", "=", first));
  return row && { submission: submissionOfRow(row), job: jobSpecOf(row), user: row.user };
}

/** SQLite's primary result codes: BUSY, LOCKED, NOMEM, IOERR, FULL. */
const PASSING: readonly number[] = [5, 6, 7, 10, 13];

function wrapErrors<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof StoreError || !(error instanceof Error)) throw error;
    const code = "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 0;
    const message = `The queue ${path} could not be used: ${error.message}. Check that the disk has room and that the folder can be written.`;
    throw new StoreError(message, { passing: PASSING.includes(code), cause: error });
  }
}
