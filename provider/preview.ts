/** Tells a plan in words, before anything is done: how many workers are added, kept and replaced, at what pace, and why. Pure. */
import type { Budget } from "./budget.ts";
import type { Change } from "./classify.ts";
import { type Outcome, simulate } from "./simulate.ts";
import type { Desired, Observed } from "./steps.ts";

/** One sentence fragment, or undefined when there is nothing to do. */
export function previewOf(change: Change, desired: Desired, observed: Observed, budget: Budget): string | undefined {
  const outcome = simulate(desired, observed, budget);
  switch (change.kind) {
    case "rebuild":
      return `make a new pool of ${workers(desired.size)}, then remove this one; cause: ${change.causes.join("; ")}`;
    case "roll":
      return `${rollWords(desired, observed, outcome)}; cause: ${change.causes.join("; ")}`;
    case "scale":
      return `scale ${change.from} -> ${change.to}: ${counts(outcome)}`;
    case "nothing":
      return isIdle(outcome) ? undefined : `repair: ${counts(outcome)}`;
  }
}

export function createPreview(size: number, infra: string): string {
  return `create ${workers(size)} on ${infra}`;
}

function rollWords(desired: Desired, observed: Observed, outcome: Outcome): string {
  const before = observed.workers.length;
  const above = Math.max(0, outcome.most - Math.max(desired.size, before));
  const below = Math.max(0, Math.min(desired.size, before) - outcome.fewestReady);
  const pace = `${above === 0 ? "none" : `${above} at a time`} above size, ${below === 0 ? "none" : `${below} at a time`} below`;
  if (before === desired.size) return `replace ${outcome.removed} gradually: ${pace}`;
  return `replace and scale ${before} -> ${desired.size} gradually: ${counts(outcome)}, ${pace}`;
}

function counts({ added, removed, kept, mended }: Outcome): string {
  const parts = [
    added > 0 ? `${added} added` : "",
    removed > 0 ? `${removed} removed` : "",
    mended > 0 ? `${mended} set up again` : "",
    `${kept} kept`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function isIdle({ added, removed, mended }: Outcome): boolean {
  return added + removed + mended === 0;
}

function workers(count: number): string {
  return `${count} worker${count === 1 ? "" : "s"}`;
}
