/** Tells a plan in words, before anything is done: how many workers are added, kept and replaced, at what pace, at what cost, and why. Pure. */
import type { Budget } from "./budget.ts";
import type { Change } from "./classify.ts";
import { canariesOf } from "./rollout.ts";
import { type Outcome, simulate } from "./simulate.ts";
import type { Desired, Observed } from "./steps.ts";
import { workers } from "./words.ts";

export interface Scene {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly budget: Budget;
  /** US dollars that one worker costs in an hour, as far as is known; 0: not known, or nothing. */
  readonly hourlyCost: number;
}

/** One sentence fragment, and lines of detail below it; undefined when there is nothing to do. */
export function previewOf(change: Change, scene: Scene): string | undefined {
  if (change.kind === "rebuild") {
    return `remove this pool once its jobs are over, then make a new one of ${workers(scene.desired.size)}; cause: ${change.causes.join("; ")}`;
  }
  const outcome = simulate(scene.desired, scene.observed, scene.budget);
  const words = [...wordsOf(change, scene, outcome), ...stopWords(outcome)];
  if (words.length === 0) return undefined;
  const causes = change.kind === "roll" ? [`cause: ${change.causes.join("; ")}`] : [];
  const [, ...details] = outcome.stuck?.split("\n") ?? [];
  return [[...words, ...costWords(scene, outcome), ...causes].join("; "), ...details].join("\n");
}

export function createPreview(size: number, infra: string): string {
  return `create ${workers(size)} on ${infra}`;
}

function wordsOf(change: Exclude<Change, { kind: "rebuild" }>, scene: Scene, outcome: Outcome): string[] {
  const repair = isIdle(outcome) ? [] : [`repair: ${counts(outcome)}`];
  switch (change.kind) {
    case "roll":
      return [rollWords(scene, outcome)];
    case "scale": {
      if (change.from !== change.to)
        return [`scale ${change.from} -> ${change.to}: ${counts(outcome)}`, ...change.causes];
      return [...(repair.length === 0 ? ["no worker is touched"] : repair), ...change.causes];
    }
    case "nothing":
      return repair;
  }
}

function rollWords(scene: Scene, outcome: Outcome): string {
  const { desired, observed } = scene;
  const before = observed.workers.length;
  if (isIdle(outcome)) return `replace none of ${before}`;
  const what =
    before === desired.size ? `replace ${outcome.removed}` : `replace and scale ${before} -> ${desired.size}`;
  const detail = before === desired.size ? [] : [counts(outcome)];
  return `${what} ${manner(scene)}: ${[...detail, ...paceWords(scene, outcome)].join(", ")}`;
}

function manner({ budget }: Scene): string {
  return budget.mode === "blue_green" ? "at once (blue_green)" : "gradually";
}

function paceWords({ desired, observed, budget }: Scene, outcome: Outcome): string[] {
  const canaries = observed.workers.length === 0 ? 0 : canariesOf(desired, budget);
  const first = canaries === 0 ? [] : [`${canaries} ${canaries === 1 ? "canary" : "canaries"} first`];
  if (budget.mode === "blue_green") return [...first, "no old one goes before all new ones are ready"];
  const before = observed.workers.length;
  const above = Math.max(0, outcome.most - Math.max(desired.size, before));
  const below = Math.max(0, Math.min(desired.size, before) - outcome.fewestReady);
  const limited = observed.limit !== undefined && observed.limit < desired.size + budget.surge;
  const because = limited ? ` (${observed.limit} machines can be had)` : "";
  return [
    ...first,
    `${above === 0 ? "none" : `${above} at a time`} above size${because}`,
    below === 0 ? "none below" : `${below} at a time below`,
  ];
}

function stopWords({ stuck, ...outcome }: Outcome): string[] {
  if (stuck === undefined) return [];
  const sentence = stuck.split("\n")[0]?.replace(/\.$/, "");
  return [isIdle(outcome) ? `${sentence}` : `then it stops: ${sentence}`];
}

function costWords({ desired, observed, hourlyCost }: Scene, outcome: Outcome): string[] {
  if (hourlyCost === 0 || isIdle(outcome)) return [];
  const now = observed.workers.length * hourlyCost;
  const then = desired.size * hourlyCost;
  const change = now === then ? dollars(then) : `${dollars(now)} -> ${dollars(then)}`;
  const meanwhile = outcome.most * hourlyCost;
  return [`about ${change} an hour${meanwhile > Math.max(now, then) ? `, up to ${dollars(meanwhile)} meanwhile` : ""}`];
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
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

function isIdle({ added, removed, mended }: Pick<Outcome, "added" | "removed" | "mended">): boolean {
  return added + removed + mended === 0;
}
