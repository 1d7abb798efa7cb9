/** What is known of a job's earlier attempts. */

import type { DatabaseSync } from "node:sqlite";
import type { AttemptRow } from "../../api.ts";
import { all, sql } from "./prepared.ts";

export function attempts(database: DatabaseSync, job: number): readonly AttemptRow[] {
  const rows = all(database, sql.selectFrom("attempts").selectAll().where("job", "=", job).orderBy("attempt"));
  return rows.map((row) => ({
    attempt: row.attempt,
    reason: row.reason,
    ...(row.worker === null ? {} : { worker: row.worker }),
    ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.exit_code === null ? {} : { exitCode: row.exit_code }),
  }));
}
