/** What is known of a job's earlier attempts. */

import type { DatabaseSync } from "node:sqlite";
import type { AttemptRow } from "../../api.ts";
import { all, sql } from "./prepared.ts";
import { outcomeOfRow } from "./rows.ts";

export function attempts(database: DatabaseSync, job: number): readonly AttemptRow[] {
  const rows = all(database, sql.selectFrom("attempts").selectAll().where("job", "=", job).orderBy("attempt"));
  return rows.map(outcomeOfRow);
}
