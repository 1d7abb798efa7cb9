/** The last lines of a change: how the pool stands, and what was done to it. Pure. */
import { duration } from "./progress.ts";
import type { Sight } from "./roster.ts";
import type { Step } from "./steps.ts";

export interface Result {
  readonly pool: string;
  readonly target: number;
  readonly sights: readonly Sight[];
  /** Steps that were carried out. */
  readonly done: readonly Step[];
  readonly tookMs: number;
}

/** Nothing when nothing was done and all is well. */
export function summaryOf({ pool, target, sights, done, tookMs }: Result): string[] {
  const ready = sights.filter(({ worker, reason }) => worker.phase === "ready" && reason === "").length;
  const left = new Set(sights.map(({ worker }) => worker.id));
  const added = new Set(done.filter(({ kind }) => kind === "create").map(({ worker }) => worker.id));
  const removed = new Set(
    done.filter(({ kind, worker }) => kind === "remove" && !left.has(worker.id)).map(({ worker }) => worker.id),
  );
  if (done.length === 0 && ready === target) return [];
  if (target === 0 && sights.length === 0)
    return [
      `${pool}: ${removed.size === 1 ? "1 worker" : `all ${removed.size} workers`} removed in ${duration(tookMs)}`,
    ];
  const counts = [
    added.size > 0 ? `${added.size} added` : "",
    removed.size > 0 ? `${removed.size} removed` : "",
    sights.length > ready ? `${sights.length - ready} not ready` : "",
  ].filter((part) => part !== "");
  const detail = counts.length === 0 ? "" : ` (${counts.join(", ")})`;
  return [`${pool}: ${ready} of ${target} workers ready${detail} in ${duration(tookMs)}`];
}
