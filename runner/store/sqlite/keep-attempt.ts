/** Keeps what is known of an attempt when another one follows it: the row of a job is about its last one only. */

import type { DatabaseSync } from "node:sqlite";
import { prepare, sql } from "./prepared.ts";

/** The row of a job as it is before another attempt follows, to be kept: with how it ended, or ended as the row says. */
export function prepareAttempts(database: DatabaseSync) {
  const columns = ["job", "attempt", "worker", "started_at", "ended_at", "exit_code", "reason"] as const;
  const insert = () => sql.insertInto("attempts").columns(columns).orIgnore();
  return {
    keepAttempt: prepare(database, (p) =>
      insert().expression((of) =>
        of
          .selectFrom("jobs")
          .select((row) => [
            "id",
            "attempt",
            "worker",
            "started_at",
            row.val<number | null>(p("ended_at")).as("ended_at"),
            row.val<number | null>(p("exit_code")).as("exit_code"),
            row.val<string>(p("reason")).as("reason"),
          ])
          .where("id", "=", p("id"))
          .where("status", "=", p("from"))
          .where("attempt", "=", p("from_attempt")),
      ),
    ),
    keepEnded: prepare(database, (p) =>
      insert().expression((of) =>
        of
          .selectFrom("jobs")
          .select(["id", "attempt", "worker", "started_at", "ended_at", "exit_code", "reason"])
          .where("id", "=", p("id"))
          .where("status", "=", p("from"))
          .where("attempt", "=", p("from_attempt")),
      ),
    ),
  };
}
