/** The promises of a plan, said once more and in another way than the planner says them. */
import type { Budget } from "../../provider/budget.ts";
import type { Desired, Observed, ObservedWorker, Step } from "../../provider/steps.ts";

export interface Violation {
  readonly rule: string;
  readonly step?: Step;
}

interface Seen {
  readonly desired: Desired;
  readonly budget: Budget;
  readonly observed: Observed;
}

/** What beginning this step, now, would break. */
export function brokenByStep({ desired, budget, observed }: Seen, step: Step): Violation[] {
  const { workers } = observed;
  if (step.kind === "create") {
    const most = mostOf({ desired, budget, observed });
    const named = step.worker.name === `${desired.pool}-${step.worker.id}`;
    return [
      ...(workers.length + 1 > most ? [{ rule: "too many workers", step }] : []),
      ...(named ? [] : [{ rule: "a new worker is not named after its pool", step }]),
    ];
  }
  const worker = workers.find(({ id, name }) => id === step.worker.id && name === step.worker.name);
  if (worker === undefined) return [{ rule: "a step names a worker that is not of this pool", step }];
  const found: Violation[] = [];
  if (worker.acting !== undefined) found.push({ rule: "two steps at once on one worker", step });
  const takes = step.kind === "cordon" || step.kind === "remove";
  const after = workers.filter((one) => serves(one) && !(takes && one === worker)).length;
  if (takes && serves(worker) && after < desired.size - budget.unavailable) {
    found.push({ rule: "too few ready workers", step });
  }
  return found;
}

/** What the plan as a whole would break. */
export function brokenByPlan(seen: Seen, steps: readonly Step[]): Violation[] {
  const { desired, budget } = seen;
  const { workers } = seen.observed;
  const named = (...kinds: readonly Step["kind"][]): ReadonlySet<number> =>
    new Set(steps.filter(({ kind }) => kinds.includes(kind)).map(({ worker }) => worker.id));
  const [takes, returns] = [named("cordon", "remove", "drain"), named("uncordon")];
  const old = workers.filter((worker) => worker.fingerprint !== desired.fingerprint);
  const fresh = workers.filter((worker) => worker.fingerprint === desired.fingerprint);
  if (!old.some(({ phase }) => phase === "ready" || phase === "down" || phase === "unknown")) return [];
  // What is being removed this very moment was begun under another plan.
  const free = old.filter(({ phase, acting }) => phase === "ready" && acting === undefined);
  const leave = free.filter((worker) => takes.has(worker.id) || (going(worker) && !returns.has(worker.id))).length;
  const served = fresh.filter(({ phase }) => phase === "ready").length;
  const blue = old.filter(({ phase }) => phase === "ready").length;
  const facts = { leave, blue, served, fresh, steps, size: desired.size, room: roomOf(seen) };
  const canaries = Math.min(budget.canary, desired.size);
  return [
    ...(served < canaries ? canaryRules(facts, canaries) : []),
    ...(budget.mode === "blue_green" && served < desired.size ? greenRules(facts) : []),
  ];
}

interface Facts {
  /** Old ready workers that the plan takes, or took before. */
  readonly leave: number;
  /** Old workers that are ready, all of them. */
  readonly blue: number;
  /** New workers that are ready. */
  readonly served: number;
  readonly fresh: readonly ObservedWorker[];
  readonly steps: readonly Step[];
  readonly size: number;
  /** For how many more workers there is room once those that never became ready are gone. */
  readonly room: number;
}

function canaryRules({ leave, fresh, served, steps, size, room }: Facts, canaries: number): Violation[] {
  const prepares = steps.filter((step) => step.kind === "prepare");
  const creates = steps.filter(({ kind }) => kind === "create");
  const failed = fresh.length <= size && fresh.some(({ phase }) => phase === "failed" || phase === "unknown");
  const taken = steps.filter(({ kind }) => kind === "cordon" || kind === "remove");
  const inHand = fresh.filter(({ acting }) => acting === "prepare").length;
  return [
    ...(creates.length > 0 && fresh.length + creates.length > canaries ? [{ rule: "more workers than canaries" }] : []),
    ...(leave > toMakeRoom(canaries - fresh.length, room)
      ? [{ rule: "an old one leaves before the canaries passed" }]
      : []),
    ...(prepares.some(({ canary }) => !canary) ? [{ rule: "a canary is not checked" }] : []),
    ...(prepares.length > 0 && prepares.length + inHand + served > canaries
      ? [{ rule: "more canaries than asked for" }]
      : []),
    ...(failed && taken.length + creates.length + prepares.length > 0
      ? [{ rule: "the roll goes on after a canary failed" }]
      : []),
  ];
}

function greenRules({ leave, blue, fresh, size, room }: Facts): Violation[] {
  if (leave > Math.max(0, blue - size)) return [{ rule: "blue gets smaller than the pool before green is ready" }];
  return leave > toMakeRoom(size - fresh.length, room)
    ? [{ rule: "an old one leaves before all new ones are ready" }]
    : [];
}

function toMakeRoom(wanted: number, room: number): number {
  return wanted <= 0 ? 0 : Math.max(0, wanted - room);
}

function mostOf({ desired, budget, observed }: Seen): number {
  const surge = budget.mode === "blue_green" ? desired.size : budget.surge;
  return Math.min(desired.size + surge, observed.limit ?? Number.POSITIVE_INFINITY);
}

/** Leaving workers that never became ready make room by going. */
function roomOf(seen: Seen): number {
  const { workers } = seen.observed;
  const gone = workers.filter(
    ({ fingerprint, phase }) => fingerprint !== seen.desired.fingerprint && (phase === "blank" || phase === "failed"),
  );
  return mostOf(seen) - (workers.length - gone.length);
}

function going({ acting, cordon }: ObservedWorker): boolean {
  return acting === "remove" || acting === "cordon" || cordon.by === "pool";
}

function serves(worker: ObservedWorker): boolean {
  return worker.phase === "ready" && !going(worker);
}
