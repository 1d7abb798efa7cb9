/** The schema, as numbered steps from an empty file. A step never changes once it was released; a new one is added. */

import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../errors.ts";

const LIVE = "'PENDING', 'STARTING', 'RUNNING', 'RECOVERING', 'CANCELLING'";
const TERMINAL =
  "'SUCCEEDED', 'FAILED', 'FAILED_SETUP', 'FAILED_PRECHECKS', 'FAILED_NO_RESOURCE', 'FAILED_CONTROLLER', 'CANCELLED'";

const FIRST = `
CREATE TABLE queue (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  name TEXT NOT NULL CHECK (length(name) = 8),
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  next_id INTEGER NOT NULL CHECK (next_id >= 1)
) STRICT;
CREATE TABLE pools (
  identity TEXT PRIMARY KEY,
  roster TEXT NOT NULL CHECK (json_valid(roster)),
  pointer TEXT NOT NULL CHECK (json_valid(pointer))
) STRICT;
CREATE TABLE submissions (
  first INTEGER PRIMARY KEY CHECK (first >= 1),
  last INTEGER NOT NULL CHECK (last >= first),
  pool TEXT NOT NULL REFERENCES pools,
  pool_name TEXT NOT NULL,
  name TEXT NOT NULL,
  user TEXT NOT NULL,
  job TEXT NOT NULL CHECK (json_valid(job)),
  submitted_at INTEGER NOT NULL
) STRICT;
CREATE TABLE spans (
  last INTEGER PRIMARY KEY,
  first INTEGER NOT NULL CHECK (first <= last),
  submission INTEGER NOT NULL REFERENCES submissions,
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'CANCELLED')),
  ended_at INTEGER CHECK ((status = 'CANCELLED') = (ended_at IS NOT NULL))
) STRICT;
CREATE INDEX spans_by_status ON spans (status, last);
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  submission INTEGER NOT NULL REFERENCES submissions,
  status TEXT NOT NULL CHECK (status IN (${LIVE}, ${TERMINAL})),
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  losses INTEGER NOT NULL CHECK (losses >= 0),
  worker INTEGER,
  started_at INTEGER,
  ended_at INTEGER,
  exit_code INTEGER,
  reason TEXT NOT NULL,
  CHECK ((status IN (${TERMINAL})) = (ended_at IS NOT NULL)),
  CHECK (status NOT IN ('STARTING', 'RUNNING', 'RECOVERING', 'CANCELLING', 'SUCCEEDED') OR worker IS NOT NULL),
  CHECK (status NOT IN ('RUNNING', 'SUCCEEDED') OR started_at IS NOT NULL),
  CHECK (status IN (${TERMINAL}) OR exit_code IS NULL),
  CHECK (status <> 'SUCCEEDED' OR exit_code = 0)
) STRICT;
CREATE INDEX jobs_by_status ON jobs (status, id);
`;

/** Failed attempts that were followed by another one are counted apart from losses. */
const RESTARTS = "ALTER TABLE jobs ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0 CHECK (restarts >= 0)";

/** Attempts that are over and whose files are still on their worker; as a rule there are few. */
const UNCOLLECTED = `
CREATE TABLE uncollected (
  pool TEXT NOT NULL REFERENCES pools,
  worker INTEGER NOT NULL,
  submission TEXT NOT NULL,
  job INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  PRIMARY KEY (job, attempt, submission, worker, pool)
) STRICT, WITHOUT ROWID
`;

/** Ranks that are over are counted as they end. */
const COUNTED = `
CREATE TRIGGER job_is_over AFTER UPDATE OF status ON jobs WHEN OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL BEGIN
  INSERT INTO tallies VALUES (NEW.submission, NEW.status, 1, NEW.started_at, NEW.ended_at)
  ON CONFLICT DO UPDATE SET count = count + 1,
    first_started = coalesce(min(first_started, excluded.first_started), first_started, excluded.first_started),
    last_ended = max(last_ended, excluded.last_ended);
END;
CREATE TRIGGER job_is_live_again AFTER UPDATE OF status ON jobs
WHEN OLD.ended_at IS NOT NULL AND NEW.ended_at IS NULL BEGIN
  UPDATE tallies SET count = count - 1 WHERE submission = OLD.submission AND status = OLD.status;
END;`;

/**
 * What a folded queue shows of a submission must not cost a look at each of its ranks: those that are over are counted
 * as they end. Filters of the queue find their submissions, and not all that there ever were. Attempts that another one
 * followed are kept apart: the row of a job is about its last one.
 */
const HISTORY = `
CREATE TABLE tallies (
  submission INTEGER NOT NULL REFERENCES submissions,
  status TEXT NOT NULL CHECK (status IN (${TERMINAL})),
  count INTEGER NOT NULL CHECK (count >= 0),
  first_started INTEGER,
  last_ended INTEGER NOT NULL,
  PRIMARY KEY (submission, status)
) STRICT, WITHOUT ROWID;
INSERT INTO tallies
  SELECT submission, status, count(*), min(started_at), max(ended_at) FROM jobs
  WHERE status IN (${TERMINAL}) GROUP BY submission, status;
${COUNTED}
ALTER TABLE spans ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX submissions_by_name ON submissions (name, first);
CREATE INDEX submissions_by_pool ON submissions (pool_name, first);
CREATE INDEX submissions_by_time ON submissions (submitted_at, first);
CREATE INDEX spans_by_submission ON spans (submission);
CREATE TABLE attempts (
  job INTEGER NOT NULL REFERENCES jobs,
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  worker INTEGER,
  started_at INTEGER,
  ended_at INTEGER,
  exit_code INTEGER,
  reason TEXT NOT NULL,
  PRIMARY KEY (job, attempt)
) STRICT, WITHOUT ROWID`;

/**
 * A CASE instead of `status IN (…)`: SQLite builds a table of such a list for each row that it checks, and that was more
 * than half of what a rank costs in the store. SQLite changes the checks of a table only by making it anew.
 */
const CHEAP_CHECKS = `
DROP TRIGGER job_is_over;
DROP TRIGGER job_is_live_again;
CREATE TABLE checked_jobs (
  id INTEGER PRIMARY KEY,
  submission INTEGER NOT NULL REFERENCES submissions,
  status TEXT NOT NULL,
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  losses INTEGER NOT NULL CHECK (losses >= 0),
  restarts INTEGER NOT NULL CHECK (restarts >= 0),
  worker INTEGER,
  started_at INTEGER,
  ended_at INTEGER,
  exit_code INTEGER,
  reason TEXT NOT NULL,
  CHECK (CASE status
    WHEN 'PENDING' THEN ended_at IS NULL AND exit_code IS NULL
    WHEN 'STARTING' THEN worker IS NOT NULL AND ended_at IS NULL AND exit_code IS NULL
    WHEN 'RUNNING' THEN worker IS NOT NULL AND started_at IS NOT NULL AND ended_at IS NULL AND exit_code IS NULL
    WHEN 'RECOVERING' THEN worker IS NOT NULL AND ended_at IS NULL AND exit_code IS NULL
    WHEN 'CANCELLING' THEN worker IS NOT NULL AND ended_at IS NULL AND exit_code IS NULL
    WHEN 'SUCCEEDED' THEN worker IS NOT NULL AND started_at IS NOT NULL AND ended_at IS NOT NULL AND exit_code IS 0
    WHEN 'FAILED' THEN ended_at IS NOT NULL
    WHEN 'FAILED_SETUP' THEN ended_at IS NOT NULL
    WHEN 'FAILED_PRECHECKS' THEN ended_at IS NOT NULL
    WHEN 'FAILED_NO_RESOURCE' THEN ended_at IS NOT NULL
    WHEN 'FAILED_CONTROLLER' THEN ended_at IS NOT NULL
    WHEN 'CANCELLED' THEN ended_at IS NOT NULL
    ELSE FALSE END)
) STRICT;
INSERT INTO checked_jobs
  SELECT id, submission, status, attempt, losses, restarts, worker, started_at, ended_at, exit_code, reason FROM jobs;
DROP TABLE jobs;
ALTER TABLE checked_jobs RENAME TO jobs;
CREATE INDEX jobs_by_status ON jobs (status, id);
CREATE TABLE checked_tallies (
  submission INTEGER NOT NULL REFERENCES submissions,
  status TEXT NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 0),
  first_started INTEGER,
  last_ended INTEGER NOT NULL,
  PRIMARY KEY (submission, status)
) STRICT, WITHOUT ROWID;
INSERT INTO checked_tallies SELECT submission, status, count, first_started, last_ended FROM tallies;
DROP TABLE tallies;
ALTER TABLE checked_tallies RENAME TO tallies;
${COUNTED}`;

export const MIGRATIONS: readonly string[] = [FIRST, RESTARTS, UNCOLLECTED, HISTORY, CHEAP_CHECKS];

/**
 * Brings the database to the newest version. Foreign keys must be off: a table that is made anew is dropped in between.
 * @throws StoreError when it is newer than this program.
 */
export function migrate(database: DatabaseSync, path: string, steps: readonly string[] = MIGRATIONS): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version > steps.length) throw newer(path, { version, known: steps.length });
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    database.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}

function newer(path: string, is: { readonly version: number; readonly known: number }): StoreError {
  return new StoreError(
    `The queue ${path} was written by a newer Lido (its format is ${is.version}, this program knows up to ${is.known}). Use that newer Lido, or move the file away to begin an empty queue.`,
    { passing: false },
  );
}
