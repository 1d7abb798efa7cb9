/**
 * Finds the jobs that failed or were cancelled and lets them run once more. History is read from the store; the core
 * decides.
 */
import type { IdRange, RetryParams, RetryResult } from "../api.ts";
import type { Submission, UndoneJob } from "../core/index.ts";
import { FAILURES, intersect, isUndone, normalize, subtract } from "../core/index.ts";
import type { RanksOf, Store } from "../store/index.ts";
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
  const which = params.name === undefined ? { ids: existing } : { name: params.name };
  const submissions = knownSubmissions(store);
  const retried: IdRange[] = [];
  for await (const part of undone(store, which, params.failed === true)) {
    const jobs = await withSubmissions(part.jobs, submissions);
    const ranks = await withSubmissions(part.ranks, submissions);
    const { changes } = await engine.send({ kind: "retry", jobs, ranks });
    for (const change of changes) {
      if (change.kind === "retried") retried.push({ first: change.job.id, last: change.job.id });
      if (change.kind === "span-retried") retried.push(change.cut);
    }
  }
  return {
    retried: normalize(retried),
    others: subtract(existing, retried),
    missing: subtract(asked, existing),
  };
}

interface OfSubmission {
  readonly submission: number;
}

interface Part {
  readonly jobs: readonly (UndoneJob & OfSubmission)[];
  /** Ranks that were cancelled before they had a row. */
  readonly ranks: readonly RanksOf[];
}

/** What is decided about in one turn each: a refusal of one range must not undo another. */
async function* undone(
  store: Store,
  which: Pick<RetryParams, "ids" | "name">,
  failedOnly: boolean,
): AsyncGenerator<Part> {
  const ranks = failedOnly ? [] : await store.cancelledRanks(which);
  for (const range of ranks) yield { jobs: [], ranks: [range] };
  const statuses = failedOnly ? FAILURES : [...FAILURES, "CANCELLED" as const];
  for (let before: number | undefined; ; ) {
    const start = before === undefined ? {} : { before };
    const page = await store.page({ ...which, ...start, statuses, handedOut: true, limit: AT_ONCE });
    const jobs = page.flatMap((row) => (isUndone(row.status) ? [{ ...row, status: row.status }] : []));
    if (jobs.length > 0) yield { jobs: jobs.toReversed(), ranks: [] };
    before = page.at(-1)?.id;
    if (page.length < AT_ONCE) return;
  }
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
