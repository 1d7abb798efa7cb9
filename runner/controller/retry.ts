/**
 * Finds the jobs that failed or were cancelled and lets them run once more. History is read from the store; the core
 * decides.
 */
import type { IdRange, RetryParams, RetryResult } from "../api.ts";
import type { EventOf, Submission, UndoneJob } from "../core/index.ts";
import { FAILURES, intersect, isUndone, normalize, subtract } from "../core/index.ts";
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
  const nothing = params.ids !== undefined && existing.length === 0;
  const { rows, ranks } = nothing ? { rows: [], ranks: [] } : await undone(store, params, existing);
  const submissions = knownSubmissions(store);
  const retried: IdRange[] = [];
  const send = async (part: Pick<EventOf<"retry">, "jobs" | "ranks">): Promise<void> => {
    const { changes } = await engine.send({ kind: "retry", ...part });
    for (const change of changes) {
      if (change.kind === "retried") retried.push({ first: change.job.id, last: change.job.id });
      if (change.kind === "span-retried") retried.push(change.cut);
    }
  };
  for (const part of await withSubmissions(ranks, submissions)) await send({ jobs: [], ranks: [part] });
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    await send({ jobs: await withSubmissions(rows.slice(at, at + AT_ONCE), submissions), ranks: [] });
  }
  return {
    retried: normalize(retried),
    others: subtract(existing, retried),
    missing: subtract(asked, existing),
  };
}

interface Undone {
  readonly rows: readonly (UndoneJob & OfSubmission)[];
  /** Ranks that were cancelled before they had a row, those of one submission that touch joined. */
  readonly ranks: readonly (IdRange & OfSubmission)[];
}

interface OfSubmission {
  readonly submission: number;
}

/** Lowest id first. */
async function undone(store: Store, { name, failed }: RetryParams, ids: readonly IdRange[]): Promise<Undone> {
  const which = name === undefined ? { ids } : { name };
  const statuses = failed === true ? FAILURES : [...FAILURES, "CANCELLED" as const];
  const rows: (UndoneJob & OfSubmission)[] = [];
  const ranks: (IdRange & OfSubmission)[] = [];
  for (let before: number | undefined; ; ) {
    const start = before === undefined ? {} : { before };
    const page = await store.page({ ...which, ...start, statuses, limit: AT_ONCE });
    for (const row of page) {
      if (row.attempt === 0) addRank(ranks, row);
      else if (isUndone(row.status)) rows.push({ ...row, status: row.status });
    }
    before = page.at(-1)?.id;
    if (page.length < AT_ONCE) return { rows: rows.toReversed(), ranks: ranks.toReversed() };
  }
}

/** Rows come with the highest id first. */
function addRank(ranks: (IdRange & OfSubmission)[], { id, submission }: StoredRow): void {
  const next = ranks.at(-1);
  if (next?.submission === submission && next.first === id + 1) ranks.splice(-1, 1, { ...next, first: id });
  else ranks.push({ first: id, last: id, submission });
}

type Find = (submission: number) => Promise<Submission | undefined>;

/** Asks the store once for each. */
function knownSubmissions(store: Store): Find {
  const known = new Map<number, Submission | undefined>();
  return async (first) => {
    if (!known.has(first)) known.set(first, (await store.payload(first))?.submission);
    return known.get(first);
  };
}

async function withSubmissions<T extends OfSubmission>(
  parts: readonly T[],
  find: Find,
): Promise<readonly (T & { readonly of: Submission })[]> {
  const found: (T & { readonly of: Submission })[] = [];
  for (const part of parts) {
    const of = await find(part.submission);
    if (of) found.push({ ...part, of });
  }
  return found;
}
