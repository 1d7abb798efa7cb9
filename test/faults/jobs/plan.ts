/**
 * What a seed stands for: the ranks of a batch, and which faults strike when. The same seed is the same plan, for ever
 * as long as this file stays as it is; what comes of it also depends on the moment. Pure.
 */
import type { CrashPoint } from "../../../runner/controller/crash-point.ts";
import type { OnDisconnect } from "../../../spec/index.ts";
import { Seeded } from "../../support/seeded.ts";

export interface RankPlan {
  readonly seconds: number;
  readonly exitCode: number;
  /** Lines that it writes to its log. */
  readonly lines: number;
}

/** Lasts for so long, then all is well again there. */
export interface MachineFault {
  readonly kind:
    | "power-loss"
    | "disk-full"
    | "sshd-frozen"
    | "sessions-killed"
    | "supervisor-killed"
    | "job-killed"
    | "reset"
    | "hang-up"
    | "vanish"
    | "stall"
    | "slow"
    | "far"
    | "refuse";
  readonly machine: number;
}

export type Fault =
  | MachineFault
  | { readonly kind: "controller-killed" | "controller-frozen" | "controller-disk-full" | "controller-stopped" }
  /** It is killed, and the next one ends itself at that point, when it comes there for the `times`th time. */
  | { readonly kind: "controller-crash"; readonly point: CrashPoint; readonly times: number }
  | { readonly kind: "clock-jump"; readonly seconds: number }
  | { readonly kind: "cancel"; readonly first: number; readonly last: number };

export interface Strike {
  readonly atMs: number;
  readonly forMs: number;
  readonly fault: Fault;
}

export interface Plan {
  readonly seed: number;
  readonly policy: OnDisconnect;
  readonly machines: number;
  readonly ranks: readonly RankPlan[];
  /** Whether they strike from the submission on; else from the first start of a job. */
  readonly early: boolean;
  /** By time. */
  readonly strikes: readonly Strike[];
}

const KINDS: readonly Fault["kind"][] = [
  ...repeat(3, "power-loss", "controller-crash", "reset", "stall"),
  ...repeat(2, "controller-killed", "supervisor-killed", "job-killed", "hang-up", "sessions-killed", "sshd-frozen"),
  ...repeat(1, "cancel", "slow", "far", "refuse", "controller-frozen", "controller-stopped", "clock-jump"),
  ...repeat(1, "disk-full", "controller-disk-full", "vanish"),
];

const POINTS: readonly CrashPoint[] = [
  "before-commit",
  "after-commit",
  "after-start-sent",
  "before-exit-commit",
  "after-exit-commit",
];

const POLICIES: readonly OnDisconnect[] = [...repeat(6, "wait"), ...repeat(3, "lease"), "eager"];

function repeat<K extends string>(times: number, ...kinds: readonly K[]): readonly K[] {
  return kinds.flatMap((kind) => Array.from({ length: times }, () => kind));
}

/** No two of these at a time, or a seed would take minutes: each makes somebody wait for half a minute. */
const PATIENT: ReadonlySet<Fault["kind"]> = new Set(["vanish", "disk-full"]);
const LAST_STRIKE_MS = 3_000;
/** The shortest that there is. */
export const LEASE_SECONDS = 10;

export function planOf(seed: number): Plan {
  const random = new Seeded(seed);
  const machines = random.between(2, 3);
  const early = random.chance(0.2);
  const policy = random.pick(POLICIES);
  const ranks = Array.from({ length: random.between(16, 28) }, () => ({
    seconds: policy !== "wait" && random.chance(0.15) ? random.between(1, 16) : random.between(0, 40) / 100,
    exitCode: random.chance(0.1) ? random.pick([1, 3, 42]) : 0,
    lines: random.chance(0.2) ? random.between(200, 600) : random.between(0, 20),
  }));
  const strikes: Strike[] = [];
  for (let count = random.between(3, 8); count > 0; count -= 1) {
    const fault = faultOf(random, { machines, ranks: ranks.length });
    const patient = PATIENT.has(fault.kind) && strikes.some((one) => PATIENT.has(one.fault.kind));
    const atMs = random.between(0, LAST_STRIKE_MS);
    const forMs = random.between(100, 1_500);
    if (!patient) strikes.push({ atMs, forMs, fault });
  }
  if (policy !== "wait") strikes.push(longOutage(random, machines));
  return { seed, policy, machines, ranks, early, strikes: strikes.toSorted((a, b) => a.atMs - b.atMs) };
}

/** Long enough for a lease to run out, and the patience of `eager`. Jobs that are there then are the long ones. */
function longOutage(random: Seeded, machines: number): Strike {
  const fault = { kind: "stall", machine: random.between(1, machines) } as const;
  return { atMs: random.between(0, 1_000), forMs: random.between(14_000, 26_000), fault };
}

function faultOf(random: Seeded, { machines, ranks }: { readonly machines: number; readonly ranks: number }): Fault {
  const kind = random.pick(KINDS);
  switch (kind) {
    case "controller-killed":
    case "controller-frozen":
    case "controller-disk-full":
    case "controller-stopped":
      return { kind };
    case "controller-crash":
      return { kind, point: random.pick(POINTS), times: random.between(1, 5) };
    case "clock-jump":
      return { kind, seconds: random.pick([-86_400, -90, 90, 86_400]) };
    case "cancel": {
      const first = random.between(1, ranks);
      return { kind, first, last: Math.min(ranks, first + random.between(0, 5)) };
    }
    case "power-loss":
    case "disk-full":
    case "sshd-frozen":
    case "sessions-killed":
    case "supervisor-killed":
    case "job-killed":
    case "reset":
    case "hang-up":
    case "vanish":
    case "stall":
    case "slow":
    case "far":
    case "refuse":
      return { kind, machine: random.between(1, machines) };
  }
}

export function describeStrike({ atMs, forMs, fault }: Strike): string {
  const { kind, ...rest } = fault;
  const what = Object.entries(rest).map(([name, value]) => ` ${name} ${value}`);
  return `${atMs} ms: ${kind}${what.join(",")} for ${forMs} ms`;
}
