/** What the store need not see of a turn: that a job began, when the same turn knows how it ended. */
import type { StoredChange } from "./events.ts";
import { isTerminal } from "./model.ts";

type Moved = Extract<StoredChange, { readonly kind: "moved" }>;

/** Written in this order they lead to the same rows, and each is stale when one that it holds would have been. */
export function folded(changes: readonly StoredChange[]): readonly StoredChange[] {
  const result: StoredChange[] = [];
  const begun = new Map<number, number>();
  for (const change of changes) {
    if (change.kind === "moved") {
      const { job } = change;
      const at = begun.get(job.id) ?? -1;
      const first = result[at];
      if (first?.kind === "moved" && isEndOf(first.job, change)) {
        result[at] = { ...change, expected: first.expected };
        begun.delete(job.id);
        continue;
      }
      if (job.status === "RUNNING") begun.set(job.id, result.length);
    }
    result.push(change);
  }
  return result;
}

function isEndOf(begun: Moved["job"], { expected, job }: Moved): boolean {
  return expected.status === "RUNNING" && expected.attempt === begun.attempt && isTerminal(job.status);
}
