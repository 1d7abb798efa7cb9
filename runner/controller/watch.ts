/** Tells how a set of jobs stands whenever it changed, until all of them are over. */
import { setTimeout as delay } from "node:timers/promises";
import type { Counts, IdRange, JobStatus, WatchParams, WatchResult } from "../api.ts";
import type { State } from "../core/index.ts";
import { FAILURES, intersect, isTerminal, normalize, subtract } from "../core/index.ts";
import type { Store } from "../store/index.ts";
import type { Changes } from "./changes.ts";
import { countsNow, rowNow } from "./rows.ts";
import type { CallContext } from "./server.ts";

const SHORTEST_MS = 100;

export interface WatchOptions {
  readonly store: Store;
  readonly state: () => State;
  readonly changes: Changes;
  readonly clock: () => number;
}

export async function watch(
  params: WatchParams,
  context: CallContext<Counts>,
  options: WatchOptions,
): Promise<WatchResult> {
  const asked = normalize(params.ids);
  const existing = asked.flatMap((range) => intersect(range, { first: 1, last: options.state().nextId - 1 }) ?? []);
  const missing = subtract(asked, existing);
  let told = "";
  for (;;) {
    const change = options.changes.next(context.signal);
    const began = performance.now();
    const counts = await count(existing, options);
    const text = JSON.stringify(counts);
    if (text !== told) await context.send(counts);
    told = text;
    if (isOver(counts) || context.signal.aborted) return { counts, missing };
    // A count of very many jobs takes time: it gets a tenth of it at most.
    const pause = Math.max(SHORTEST_MS, 10 * (performance.now() - began));
    await change;
    await delay(Math.min(pause, 5_000), undefined, { signal: context.signal }).catch(() => {});
  }
}

async function count(ranges: readonly IdRange[], { store, state, clock }: WatchOptions): Promise<Counts> {
  const byStatus = await store.counts(ranges);
  const failed = ranges.length === 0 ? [] : await store.page({ ids: ranges, statuses: FAILURES, limit: 5 });
  return {
    total: [...byStatus.values()].reduce((sum, one) => sum + one, 0),
    byStatus: countsNow(state(), Object.fromEntries(byStatus), ranges),
    lastFailed: failed.map((row) => rowNow(state(), row, clock())),
  };
}

function isOver({ byStatus }: Counts): boolean {
  return (Object.keys(byStatus) as JobStatus[]).every((status) => isTerminal(status));
}
