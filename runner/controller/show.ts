/** Everything about one job: its row, what it runs, its attempts, and what it waits for. Never a secret's value. */
import type { AttemptRow, JobRow, ShowParams, ShowResult } from "../api.ts";
import type { State } from "../core/index.ts";
import { describeWanted, isTerminal, why } from "../core/index.ts";
import { noSuchJob } from "../no-such-job.ts";
import type { Store } from "../store/index.ts";
import { findRow, rowNow } from "./rows.ts";

export interface ShowOptions {
  readonly store: Store;
  readonly state: State;
  readonly now: number;
}

/** @throws NoSuchJobError */
export async function show({ id }: ShowParams, { store, state, now }: ShowOptions): Promise<ShowResult> {
  const stored = await findRow(store, id);
  const payload = stored && (await store.payload(stored.submission));
  if (!stored || !payload) throw noSuchJob(`${id}`);
  const { job: spec, user } = payload;
  const row = rowNow(state, stored, now);
  const view = state.pools.get(stored.poolIdentity)?.workers.get(stored.worker ?? 0);
  const waits = why(state, stored, now);
  return {
    job: row,
    user,
    run: spec.run,
    envs: filled(spec.envs),
    secrets: Object.keys(spec.secrets),
    wants: describeWanted(spec.resources),
    attempts: withLast(await store.attempts(id), row),
    ...(view === undefined ? {} : { workerName: view.entry.name }),
    ...(waits === undefined || isTerminal(row.status) ? {} : { why: waits }),
  };
}

function filled(envs: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(envs).map(([name, value]) => [name, value ?? ""]));
}

/** The row of a job tells of its last attempt, unless that is history already or still to come. */
function withLast(past: readonly AttemptRow[], row: JobRow): readonly AttemptRow[] {
  const { attempt, status, worker, startedAt, endedAt, exitCode, reason } = row;
  if (worker === undefined || status === "PENDING" || past.some((one) => one.attempt === attempt)) return past;
  const last = {
    attempt,
    worker,
    reason: isTerminal(status) ? reason : "",
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
  return [...past, last];
}
