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
  const { desired } = scene;
  const [from, to] = change.kind === "nothing" ? [desired.size, desired.size] : [change.from, change.to];
  const scaling = from === to ? undefined : `scale ${from} -> ${to}`;
  const causes = change.kind === "scale" ? change.causes : [];
  // Also where the inputs are as before: a roll that failed or was cut off goes on.
  if (outdated(scene) > 0) return [rollWords(scene, outcome, scaling), ...causes];
  if (scaling !== undefined) return [`${scaling}: ${counts(outcome)}`, ...causes];
  if (!isIdle(outcome)) return [`repair: ${counts(outcome)}`, ...causes];
  return change.kind === "nothing" ? [] : ["no worker is touched", ...causes];
}

function rollWords(scene: Scene, outcome: Outcome, scaling: string | undefined): string {
  const { desired, observed } = scene;
  const [before, old] = [observed.workers.length, outdated(scene)];
  if (isIdle(outcome)) return `replace none of ${old}`;
  const isPlain = scaling === undefined && before === desired.size && old === before;
  const which = isPlain ? `${outcome.removed}` : old === before ? `all ${old}` : `${old} of ${before}`;
  const what = scaling === undefined ? `replace ${which}` : `replace ${which} and ${scaling}`;
  const detail = isPlain ? [] : [counts(outcome)];
  return `${what} ${manner(scene)}: ${[...detail, ...paceWords(scene, outcome)].join(", ")}`;
}

/** How many are of another kind than the wanted one. */
function outdated({ desired, observed }: Scene): number {
  return observed.workers.filter(({ fingerprint }) => fingerprint !== desired.fingerprint).length;
}

function manner({ budget }: Scene): string {
  return budget.mode === "blue_green" ? "at once (blue_green)" : "gradually";
}

function paceWords({ desired, observed, budget }: Scene, outcome: Outcome): string[] {
  const canaries = observed.workers.length === 0 ? 0 : canariesOf(desired, budget);
  const first = canaries === 0 ? [] : [`${canaries} ${canaries === 1 ? "canary" : "canaries"} first`];
  if (budget.mode === "blue_green") return [...first, "no old one goes before all new ones are ready"];
  const limited = observed.limit !== undefined && observed.limit < desired.size + budget.surge;
  const because = limited ? ` (${observed.limit} machines can be had)` : "";
  const isWhole = outcome.before.total === desired.size && outcome.before.ready === desired.size;
  const [most, ...least] = isWhole ? besideSize(desired, outcome) : inNumbers(outcome);
  return [...first, `${most}${because}`, ...least];
}

function besideSize({ size }: Desired, { most, fewestReady }: Outcome): string[] {
  const [above, below] = [most - size, size - fewestReady];
  return [
    `${above === 0 ? "none" : `${above} at a time`} above size`,
    below === 0 ? "none below" : `${below} at a time below`,
  ];
}

/** Of a pool that is not of its size, or not whole, when the change begins: above and below what, nobody could tell. */
function inNumbers({ before, most, fewestReady }: Outcome): string[] {
  const atMost = `at most ${workers(most)}`;
  if (before.ready === 0) return [atMost];
  return [atMost, fewestReady === 0 ? "at times none ready" : `at least ${fewestReady} ready`];
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
