/** Finds the jobs that failed and lets them run once more. History is read from the store; the core decides. */
import type { IdRange, RetryParams, RetryResult } from "../api.ts";
import type { FailedJob, Submission } from "../core/index.ts";
import { FAILURES, intersect, isFailure, normalize, subtract } from "../core/index.ts";
import type { Store, StoredRow } from "../store/index.ts";
import type { Engine } from "./engine.ts";

/** Jobs that are decided about in one turn. */
const AT_ONCE = 1_000;

export interface RetryOptions {
  readonly engine: Engine;
  readonly store: Store;
}

export async function retry(params: RetryParams, { engine, store }: RetryOptions): Promise<RetryResult> {
  const everything = { first: 1, last: engine.state.nextId - 1 };
  const asked = params.ids === undefined ? [] : normalize(params.ids);
  const existing = asked.flatMap((range) => intersect(range, everything) ?? []);
  const failed = params.ids !== undefined && existing.length === 0 ? [] : await failedRows(store, params, existing);
  const retried: IdRange[] = [];
  for (let at = 0; at < failed.length; at += AT_ONCE) {
    const jobs = await withSubmissions(store, failed.slice(at, at + AT_ONCE));
    const { changes } = await engine.send({ kind: "retry", jobs });
    for (const change of changes) {
      if (change.kind === "retried") retried.push({ first: change.job.id, last: change.job.id });
    }
  }
  return {
    retried: normalize(retried),
    notFailed: subtract(existing, retried),
    missing: subtract(asked, existing),
  };
}

/** Lowest id first. */
async function failedRows(store: Store, { name }: RetryParams, ids: readonly IdRange[]): Promise<readonly StoredRow[]> {
  const which = name === undefined ? { ids } : { name };
  const rows: StoredRow[] = [];
  for (let before: number | undefined; ; ) {
    const start = before === undefined ? {} : { before };
    const page = await store.page({ ...which, ...start, statuses: FAILURES, limit: AT_ONCE });
    rows.push(...page);
    before = page.at(-1)?.id;
    if (page.length < AT_ONCE) return rows.toReversed();
  }
}

async function withSubmissions(
  store: Store,
  rows: readonly StoredRow[],
): Promise<readonly (FailedJob & { readonly of: Submission })[]> {
  const known = new Map<number, Submission>();
  const jobs: (FailedJob & { readonly of: Submission })[] = [];
  for (const { id, submission, attempt, status, reason } of rows) {
    const of = known.get(submission) ?? (await store.payload(submission))?.submission;
    if (!of || !isFailure(status)) continue;
    known.set(submission, of);
    jobs.push({ id, submission, attempt, status, reason, of });
  }
  return jobs;
}
