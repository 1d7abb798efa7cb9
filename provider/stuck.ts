/**
 * Says why a plan has no steps although the pool is not as wanted, and what to set or mend. Pure. What the reason of a
 * single worker says already (its setup failed, it does not answer) is not repeated: only what follows from it.
 */
import type { Budget } from "./budget.ts";
import { keepFirst } from "./order.ts";
import { leastReady, mostWorkers, rolloutOf } from "./rollout.ts";
import type { Desired, Observed, ObservedWorker } from "./steps.ts";
import { counted, setting, some, workers } from "./words.ts";

/** One sentence or two, or undefined; below them, a line each, why machines cannot be had. Asks only after an empty plan. */
export function whyStuck(desired: Desired, observed: Observed, budget: Budget): string | undefined {
  const current = observed.workers.filter(({ fingerprint }) => fingerprint === desired.fingerprint);
  const kept = current.toSorted(keepFirst).slice(0, desired.size);
  const old = observed.workers.filter(({ fingerprint }) => fingerprint !== desired.fingerprint);
  const missing = desired.size - kept.length;
  if (observed.workers.length === desired.size && missing === 0) return undefined;
  const failed = kept.filter(({ phase }) => phase === "failed" || phase === "unknown");
  const scene = { desired, observed, budget, old, failed, missing };
  if (rolloutOf(desired, { observed, budget, kept }).stage === "stopped") return stopped(scene);
  if (old.length === 0) return fewMachines(scene) ?? silent(scene);
  if (failed.length > 0) return failedInRoll(scene);
  return missing > 0 && scarce(scene) ? noRoom(scene) : silent(scene);
}

interface Scene {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly budget: Budget;
  /** Workers of another kind than the wanted one. */
  readonly old: readonly ObservedWorker[];
  /** New ones that failed. */
  readonly failed: readonly ObservedWorker[];
  /** How many of the wanted kind were not made. */
  readonly missing: number;
}

const [SURGE, UNAVAILABLE] = [setting("maxSurge"), setting("maxUnavailable")];
const AGAIN = "The next run tries again.";

function stopped({ old, failed }: Scene): string {
  return `${names(failed)} failed as a canary, so the roll stopped: ${serveOn(old)}. ${AGAIN}`;
}

function failedInRoll({ old, failed, budget }: Scene): string {
  const why =
    budget.mode === "blue_green"
      ? "no old worker leaves before all new ones are ready"
      : `beside it there is no room for another new worker (${SURGE} ${budget.surge}, ${UNAVAILABLE} ${budget.unavailable})`;
  return `${names(failed)} failed, and ${why}: ${serveOn(old)}. ${AGAIN}`;
}

/** Too few machines for the size, whether old workers are replaced or not. */
function fewMachines({ desired, observed, missing }: Scene): string | undefined {
  const { limit } = observed;
  if (missing === 0 || limit === undefined || limit >= desired.size) return undefined;
  const had = limit === 0 ? "no machine" : `only ${machines(limit)}`;
  const remedies = [
    ...(whyOthers(observed) === "" ? [] : ["mend what is said below"]),
    `add ${machines(desired.size - limit)}`,
    ...(limit === 0 ? [] : [`set \`workers: ${limit}\``]),
  ];
  return `${had} can be had, and the pool wants ${workers(desired.size)}. ${orOf(remedies)}.${whyOthers(observed)}`;
}

/** `Add 1 machine, or set …` */
function orOf(remedies: readonly string[]): string {
  const text = [...remedies.slice(0, -2), remedies.slice(-2).join(", or ")].join(", ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Indented lines, the further ones of a long reason more. */
function whyOthers({ outOfReach = [] }: Observed): string {
  return outOfReach.map((reason) => `\n    ${reason.replaceAll("\n", "\n      ")}`).join("");
}

function noRoom(scene: Scene): string {
  const few = fewMachines(scene);
  return few ?? `${noRoomWords(scene)}${whyOthers(scene.observed)}`;
}

function noRoomWords({ desired, observed, budget, missing }: Scene): string {
  const free = mostWorkers(desired, observed, budget) - observed.workers.length;
  if (budget.mode === "blue_green") {
    const lacking = missing - Math.max(0, free);
    return `blue_green wants ${workers(missing)} more before the first old one leaves, and only ${machines(Math.max(0, free))} more can be had. Add ${machines(lacking)}, or set \`mode: rolling\`.`;
  }
  if (budget.unavailable === 0) {
    return `all ${machines(observed.workers.length)} that can be had are in use and ${UNAVAILABLE} is 0, so no worker can be replaced. Add a machine, or set it to 1.`;
  }
  const ready = observed.workers.filter(({ phase }) => phase === "ready").length;
  return `all machines that can be had are in use, and of ${workers(desired.size)} only ${ready} are ready where ${leastReady(desired, budget)} must stay ready (${UNAVAILABLE} ${budget.unavailable}), so none can be replaced. Add a machine, or raise max_unavailable.`;
}

function scarce({ desired, observed, budget }: Scene): boolean {
  return observed.limit !== undefined && observed.limit < desired.size + budget.surge;
}

function silent({ observed }: Scene): string | undefined {
  const quiet = observed.workers.filter(({ phase }) => phase === "unknown");
  if (quiet.length === 0) return undefined;
  const one = quiet.length === 1;
  return `${names(quiet)} ${one ? "does" : "do"} not answer, and what runs there is not known, so ${one ? "it is" : "they are"} left alone and the rest waits. Bring ${one ? "its machine" : "their machines"} back, or end ${one ? "it" : "them"} yourself.`;
}

function serveOn(old: readonly ObservedWorker[]): string {
  const ready = old.filter(({ phase }) => phase === "ready").length;
  return `${ready} old ${ready === 1 ? "worker serves" : "workers serve"} on`;
}

function names(list: readonly ObservedWorker[]): string {
  return some(list.map(({ name }) => name));
}

const machines = (count: number): string => counted(count, "machine");
