/** Rows of the queue as callers see them: what is stored, with the reason as it is now. */

import type { JobRow, QueueParams, QueueResult } from "../api.ts";
import type { State } from "../core/index.ts";
import { explain, isTerminal } from "../core/index.ts";
import type { Store, StoredRow } from "../store/index.ts";

export function rowNow(state: State, stored: StoredRow, now: number): JobRow {
  const { submission, poolIdentity: _, ...row } = stored;
  if (isTerminal(row.status)) return row;
  return { ...row, reason: explain(state, row.id, submission, now) };
}

export async function findRow(store: Store, id: number): Promise<StoredRow | undefined> {
  const [row] = await store.page({ ids: [{ first: id, last: id }], limit: 1 });
  return row;
}

const LARGEST_PAGE = 10_000;

export async function queuePage(
  params: QueueParams,
  { store, state, now }: { readonly store: Store; readonly state: State; readonly now: number },
): Promise<QueueResult> {
  const limit = Math.max(1, Math.min(params.limit, LARGEST_PAGE));
  const stored = await store.page({ ...params, limit: limit + 1 });
  const rows = stored.slice(0, limit).map((row) => rowNow(state, row, now));
  const last = rows.at(-1);
  return stored.length > limit && last ? { rows, next: last.id } : { rows };
}
