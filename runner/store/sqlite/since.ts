/** From when on a query reaches back: submissions get their ids in the order of their times, so a time is an id. */

import type { DatabaseSync } from "node:sqlite";
import { all, sql } from "./prepared.ts";

/** The first id that was submitted then or later; `undefined` when there is none. */
export function firstSince(database: DatabaseSync, time: number): number | undefined {
  const [found] = all(
    database,
    sql
      .selectFrom("submissions")
      .select("first")
      .where("submitted_at", ">=", time)
      .orderBy("submitted_at")
      .orderBy("first")
      .limit(1),
  );
  return found?.first;
}
