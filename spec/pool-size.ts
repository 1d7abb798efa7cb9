/** Reads the `pool` section: how many workers there are, or between which numbers they may vary, and how they are replaced. */
import { ABOUT_POOL } from "./about.ts";
import { bad, type Fault, type Mapping } from "./fault.ts";
import type { PoolKey } from "./keys.ts";
import { mapping } from "./mapping.ts";
import { present } from "./plain.ts";
import { amount, wholeNumber } from "./scalars.ts";
import { lazily, type Schema } from "./schema.ts";
import type { PoolSize, UpdatePolicy } from "./types.ts";
import { updatePolicySchema } from "./update-policy.ts";

export const NO_SIZE = "One of workers, or both min_workers and max_workers must be set";

/** More than any controller looks after: a number with a digit too many. */
export const MOST_WORKERS = 10_000;

export interface PoolSection {
  readonly size: PoolSize;
  readonly updatePolicy?: UpdatePolicy;
}

export function poolSectionSchema(): Schema<PoolSection> {
  return mapping({
    title: "`pool`",
    advice: "write `pool: {workers: 3}`",
    about: ABOUT_POOL,
    check: sizeFaults,
    shape: {
      workers: wholeNumber("workers", { min: 0, max: MOST_WORKERS, example: 3 }),
      min_workers: wholeNumber("min_workers", { min: 0, max: MOST_WORKERS, example: 0 }),
      max_workers: wholeNumber("max_workers", { min: 0, max: MOST_WORKERS, example: 3 }),
      queue_length_threshold: wholeNumber("queue_length_threshold", { min: 1, example: 1 }),
      upscale_delay_seconds: amount("upscale_delay_seconds", { min: 0, example: 60 }),
      downscale_delay_seconds: amount("downscale_delay_seconds", { min: 0, example: 600 }),
      update_policy: lazily(updatePolicySchema),
    } satisfies Record<PoolKey, Schema<unknown>>,
  }).transform((written): PoolSection => {
    const min = written.min_workers ?? written.workers ?? 0;
    const size: PoolSize = {
      min,
      max: written.max_workers ?? min,
      ...present<PoolSize>({
        queueLengthThreshold: written.queue_length_threshold,
        upscaleDelaySeconds: written.upscale_delay_seconds,
        downscaleDelaySeconds: written.downscale_delay_seconds,
      }),
    };
    return { size, ...(written.update_policy === undefined ? {} : { updatePolicy: written.update_policy }) };
  });
}

/** SkyPilot's other spelling: `service: {pool: {workers: 3}}`. */
export function serviceSchema(): Schema<PoolSection | undefined> {
  return mapping({
    title: "`service`",
    advice: "write `pool: {workers: 3}` instead",
    check: ({ pool }: Mapping): readonly Fault[] =>
      pool === undefined
        ? bad("`service` without `pool` is a service, which Lido does not run", "write `pool: {workers: 3}` instead", {
            anchor: "key",
          }).faults
        : [],
    shape: { pool: poolSectionSchema() },
  }).transform((written) => written.pool);
}

/** `workers` alone is a fixed size; with `max_workers` it is the lower end, as `min_workers` would be. */
function sizeFaults({
  workers,
  min_workers: min,
  max_workers: max,
  queue_length_threshold: threshold,
}: Mapping): readonly Fault[] {
  const faults: Fault[] = [];
  if (workers !== undefined && min !== undefined) {
    faults.push(
      at(
        "min_workers",
        "`workers` and `min_workers` are both set",
        "keep `workers` for a fixed size, or `min_workers` and `max_workers`",
      ),
    );
  }
  const needsMax = "write `max_workers: 3` beside it";
  if (max === undefined && min !== undefined) {
    faults.push(at("min_workers", "max_workers must be set when min_workers is specified", needsMax));
  }
  if (max === undefined && threshold !== undefined) {
    faults.push(
      at("queue_length_threshold", "max_workers must be set when queue_length_threshold is specified", needsMax),
    );
  }
  if (workers === undefined && min === undefined) {
    faults.push({
      message: NO_SIZE,
      advice: "write `workers: 3`, or `min_workers: 0` and `max_workers: 3`",
      anchor: "key",
    });
  }
  const [lower, name] = min === undefined ? [workers, "workers"] : [min, "min_workers"];
  if (typeof lower === "number" && typeof max === "number" && lower > max) {
    faults.push({
      message: `${name} (${lower}) must be <= max_workers (${max})`,
      advice: `write \`max_workers: ${lower}\` or more, or a smaller \`${name}\``,
      path: [name],
    });
  }
  return faults;
}

const at = (key: string, message: string, advice: string): Fault => ({ message, advice, path: [key], anchor: "key" });
