/** What draining and resuming make of a worker's cordon, from whatever side the worker is reached. */
import type { Worker } from "../worker/index.ts";

export type CordonChange =
  /** `reason` is the user's; without it one that a user gave before stays, else `by` is said. */
  { readonly kind: "drain"; readonly reason?: string; readonly by: string } | { readonly kind: "resume" };

export interface CordonOutcome {
  /** Why it got no new jobs until then; "" when it did. */
  readonly before: string;
  readonly changed: boolean;
  /** Ids of the jobs that it has. */
  readonly jobs: readonly number[];
}

/** @param before the worker's cordon */
export async function changeCordon(
  worker: Pick<Worker, "cordon" | "uncordon" | "running">,
  before: string,
  change: CordonChange,
): Promise<CordonOutcome> {
  const next = nextCordon(before, change);
  if (next === "") await worker.uncordon();
  else if (next !== undefined) await worker.cordon(next);
  const running = await worker.running();
  return { before, changed: next !== undefined, jobs: running.map(({ job }) => job) };
}

/** Undefined when it stays as it is. */
function nextCordon(before: string, change: CordonChange): string | undefined {
  switch (change.kind) {
    case "drain":
      // What Lido itself holds it back for passes by itself, and the user's reason is to stay.
      return before !== "" && !isOwn(before) && change.reason === undefined
        ? undefined
        : oneLine(change.reason ?? change.by);
    case "resume":
      return before === "" || isRestart(before) ? undefined : "";
  }
}

/** Lido itself keeps it until its cause is over: a restart, or a process that survives its KILL (docs/protocol.md). */
export function isOwn(cordon: string): boolean {
  return cordon.startsWith("lido: ");
}

/** Only a new setup ends it. */
export function isRestart(cordon: string): boolean {
  return cordon.startsWith("lido: restarted");
}

/** The cordon is one line of a file. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim() || "drained by hand";
}
