/**
 * Decides how many workers a pool may have at most, and how many must be ready at least, while it changes. Rounds as
 * Kubernetes does: surge up, unavailable down. Size 10 with `"25%"` of both: at most 13 workers, at least 8 ready.
 */
import { UserError } from "../spec/index.ts";
import type { UpdatePolicy } from "./inputs.ts";

export interface Budget {
  /** Workers above the pool's size at any time. */
  readonly surge: number;
  /** Ready workers below the pool's size at any time, by the change's own doing. */
  readonly unavailable: number;
  /** Milliseconds after which a busy leaving worker is removed all the same; absent: never. */
  readonly drainTimeoutMs?: number;
}

/** @throws UserError when a value is no count or percentage, or both are zero. */
export function budgetOf(policy: UpdatePolicy, size: number): Budget {
  const surge = resolve("maxSurge", policy.maxSurge ?? 1, size, Math.ceil);
  const unavailable = resolve("maxUnavailable", policy.maxUnavailable ?? 0, size, Math.floor);
  if (isZero(policy.maxSurge ?? 1) && isZero(policy.maxUnavailable ?? 0)) {
    throw new UserError(
      "updatePolicy: maxSurge and maxUnavailable are both 0, so no worker could ever be replaced. Set one of them to 1 or more.",
    );
  }
  const seconds = policy.drainTimeoutSeconds;
  if (seconds !== undefined && !(seconds >= 0)) {
    throw new UserError(
      `updatePolicy: drainTimeoutSeconds must be a number of seconds, 0 or more; got ${String(seconds)}.`,
    );
  }
  // As in Kubernetes: percentages that round to nothing on both sides would stop every change, so one may be missing.
  const least = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { surge, unavailable: least, ...(seconds === undefined ? {} : { drainTimeoutMs: seconds * 1000 }) };
}

function isZero(value: number | string): boolean {
  return Number.parseFloat(String(value)) === 0;
}

function resolve(name: string, value: number | string, size: number, round: (value: number) => number): number {
  const percent = typeof value === "string" ? /^(\d+(?:\.\d+)?)%$/.exec(value.trim())?.[1] : undefined;
  if (percent !== undefined) return round((Number(percent) * size) / 100);
  const count = typeof value === "string" && /^\d+$/.test(value.trim()) ? Number(value) : value;
  if (typeof count === "number" && Number.isInteger(count) && count >= 0) return count;
  throw new UserError(
    `updatePolicy: ${name} must be a whole number of workers (1) or a percentage of the pool's size ("25%"); got ${JSON.stringify(value)}.`,
  );
}
