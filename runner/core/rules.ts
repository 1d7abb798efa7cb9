/** How a job wants to be treated, with what holds where it says nothing. Pure: from the job as the user wrote it. */
import type { JobSpec, OnDisconnect } from "../../spec/index.ts";

export interface JobRules {
  /** Of two submissions to a pool the one with the higher goes first. */
  readonly priority: number;
  readonly onDisconnect: OnDisconnect;
  readonly leaseSeconds: number;
  /** How long an attempt may run; null for as long as it likes. */
  readonly timeoutSeconds: number | null;
  /** Between TERM and KILL of a cancelled job. */
  readonly graceSeconds: number;
  /** How many failed attempts are followed by another one. */
  readonly maxRestarts: number;
  /** Exit codes that are followed by another attempt, however often. */
  readonly restartCodes: readonly number[];
}

export const DEFAULT_RULES: JobRules = {
  priority: 0,
  onDisconnect: "wait",
  leaseSeconds: 60,
  timeoutSeconds: null,
  graceSeconds: 10,
  maxRestarts: 0,
  restartCodes: [],
};

/**
 * All alternatives of `resources` recover in the same way; spec/ sees to that. Of their priorities the highest holds: it
 * says how much the job matters, whatever it runs on.
 */
export function rulesOf(job: JobSpec): JobRules {
  const { anyOf } = job.resources;
  const recovery = anyOf[0]?.jobRecovery ?? {};
  const priorities = anyOf.flatMap(({ priority }) => priority ?? []);
  return {
    priority: priorities.length === 0 ? DEFAULT_RULES.priority : Math.max(...priorities),
    onDisconnect: recovery.onDisconnect ?? DEFAULT_RULES.onDisconnect,
    leaseSeconds: recovery.leaseSeconds ?? DEFAULT_RULES.leaseSeconds,
    timeoutSeconds: job.timeoutSeconds ?? null,
    graceSeconds: job.cancelGraceSeconds ?? DEFAULT_RULES.graceSeconds,
    maxRestarts: recovery.maxRestartsOnErrors ?? DEFAULT_RULES.maxRestarts,
    restartCodes: recovery.recoverOnExitCodes ?? [],
  };
}

export interface JobLimits {
  readonly timeoutSeconds?: number;
  readonly leaseSeconds?: number;
}

/** What the worker itself sees to; `undefined` for nothing. */
export function limitsOf({ timeoutSeconds, onDisconnect, leaseSeconds }: JobRules): JobLimits | undefined {
  const timeout = timeoutSeconds === null ? {} : { timeoutSeconds };
  const lease = onDisconnect === "lease" ? { leaseSeconds } : {};
  const limits = { ...timeout, ...lease };
  return Object.keys(limits).length === 0 ? undefined : limits;
}

/** Clocks of two machines do not run alike, and a killed process takes a moment to be gone. */
const LEASE_MARGIN_MS = 5_000;
/** A connection that is back within that was only a hiccup. */
const EAGER_MS = 5_000;

/**
 * After how many milliseconds without a connection a job's silence counts as an answer (see answers.ts). For `lease` the
 * worker has ended the job by then: what it heard last was sent before the connection broke.
 */
export function silenceLimit({ onDisconnect, leaseSeconds }: JobRules): number {
  switch (onDisconnect) {
    case "wait":
      return Number.POSITIVE_INFINITY;
    case "lease":
      return leaseSeconds * 1000 + LEASE_MARGIN_MS;
    case "eager":
      return EAGER_MS;
  }
}

/** Whether a failed attempt is followed by another one. What the codes allow does not count against the number. */
export function anotherTry(rules: JobRules, exitCode: number, before: number): "by code" | "by count" | "no" {
  if (rules.restartCodes.includes(exitCode)) return "by code";
  return before < rules.maxRestarts ? "by count" : "no";
}
