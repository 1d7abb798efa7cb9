/**
 * Jobs that are being cancelled on workers that do not answer: nobody can say when such a one is over. Whoever tears the
 * pool down need not know it, since the machine goes, and the job with it.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { IdRange, JobRow } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { countIds, formatIds, rangesOf } from "./ids.ts";
import { jobs, UNFINISHED } from "./outcome.ts";

export interface Silence extends Disposable {
  /** Aborts once nothing but such jobs has been left for a while. */
  readonly signal: AbortSignal;
  /** Which those are. */
  words(): string;
}

const LOOK_MS = 1_000;
/** A connection that breaks for a moment is made again within that. */
const LOOKS = 15;

/** Those of them that are being cancelled on workers that do not answer now. */
export async function silentOf(
  connection: Pick<Connection, "call">,
  rows: readonly JobRow[],
): Promise<readonly JobRow[]> {
  if (rows.length === 0) return [];
  const workers = await connection.call("workers", {});
  // One that is not connected yet, by a controller that has just begun, is not silent.
  const silent = workers.filter(({ trouble }) => trouble !== "").map(({ pool, id }) => `${pool} ${id}`);
  return rows.filter(
    ({ status, pool, worker }) => status === "CANCELLING" && silent.some((name) => name.endsWith(`/${pool} ${worker}`)),
  );
}

export function untilOnlySilent(
  connection: Pick<Connection, "call">,
  ids: readonly IdRange[],
  lookMs = LOOK_MS,
): Silence {
  const found = new AbortController();
  const over = new AbortController();
  let left: readonly JobRow[] = [];
  const watch = async () => {
    for (let looks = 0; looks < LOOKS; ) {
      await delay(lookMs, undefined, { signal: over.signal });
      left = (await connection.call("queue", { ids, statuses: UNFINISHED, limit: 1_000 })).rows;
      const silent = await silentOf(connection, left);
      looks = left.length > 0 && silent.length === left.length ? looks + 1 : 0;
    }
    found.abort();
  };
  // When the connection breaks the jobs are followed over another one, and waited for.
  watch().catch(() => {});
  return {
    signal: found.signal,
    words: () => {
      const these = rangesOf(left.map(({ id }) => id));
      return `${jobs(countIds(these))} (${formatIds(these)}) ran on workers that do not answer, and end with their machines.`;
    },
    [Symbol.dispose]: () => over.abort(),
  };
}
