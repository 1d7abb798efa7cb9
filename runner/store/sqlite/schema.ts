/** The tables as the query builder sees them; migrations.ts makes them. Times are milliseconds since 1970. */
import type { Generated } from "kysely";
import type { JobStatus } from "../../api.ts";
import type { TerminalStatus } from "../../core/index.ts";

export interface Schema {
  readonly queue: { one: number; name: string; epoch: number; next_id: number };
  /** `roster` and `pointer` are JSON. */
  readonly pools: { identity: string; roster: string; pointer: string };
  /** `job` is the JSON of a JobSpec. Ids `first` to `last`. */
  readonly submissions: {
    first: number;
    last: number;
    pool: string;
    pool_name: string;
    name: string;
    user: string;
    job: string;
    submitted_at: number;
  };
  /** Ranks without a row. The last id is the key: it stays while ranks are taken from the front. */
  readonly spans: {
    last: number;
    first: number;
    submission: number;
    status: "PENDING" | "CANCELLED";
    ended_at: number | null;
    /** Why it was cancelled, as far as that was said. */
    reason: Generated<string>;
  };
  readonly jobs: JobsTable;
  /** `submission` is its name on workers. */
  readonly uncollected: { pool: string; worker: number; submission: string; job: number; attempt: number };
  /** Ranks with a row that are over, counted by triggers. */
  readonly tallies: {
    submission: number;
    status: TerminalStatus;
    count: number;
    first_started: number | null;
    last_ended: number;
  };
  /** Those that another one followed. */
  readonly attempts: {
    job: number;
    attempt: number;
    worker: number | null;
    started_at: number | null;
    ended_at: number | null;
    exit_code: number | null;
    reason: string;
  };
}

export interface JobsTable {
  id: number;
  submission: number;
  status: JobStatus;
  attempt: number;
  losses: number;
  restarts: number;
  worker: number | null;
  started_at: number | null;
  ended_at: number | null;
  exit_code: number | null;
  reason: string;
}
