/**
 * Reads `update_policy`: at what pace and by what rules a pool may change. What is refused here could never work, whatever
 * the size of the pool; how many workers a percentage is, is for the provider to say.
 */
import { ABOUT_POLICY } from "./about.ts";
import { durationForm, readDuration } from "./duration.ts";
import { bad, type Fault, good, type Read, show } from "./fault.ts";
import type { PolicyKey } from "./keys.ts";
import { zod } from "./lazy.ts";
import { mapping } from "./mapping.ts";
import { nearest } from "./nearest.ts";
import { present } from "./plain.ts";
import { text, wholeNumber } from "./scalars.ts";
import { reading, type Schema } from "./schema.ts";
import type { UpdatePolicy } from "./types.ts";

const MODES = ["rolling", "blue_green"] as const;

export function updatePolicySchema(): Schema<UpdatePolicy> {
  return mapping({
    title: "`update_policy`",
    advice: "write `update_policy: {max_surge: 1, max_unavailable: 0}`",
    about: ABOUT_POLICY,
    check: (written) => policyFaults(written as WrittenPolicy),
    shape: {
      max_surge: reading((input) => readShare("max_surge", input), shareForm),
      max_unavailable: reading((input) => readShare("max_unavailable", input), shareForm),
      canary: wholeNumber("canary", { min: 0, example: 1 }),
      canary_check: text("canary_check", "python -c 'import torch'"),
      drain_timeout: reading((input) => readDuration("drain_timeout", input, { zero: true }), durationForm),
      max_duration: reading((input) => readDuration("max_duration", input, { zero: false }), durationForm),
      setup_timeout: reading((input) => readDuration("setup_timeout", input, { zero: false }), durationForm),
      mode: reading(readMode, () => zod().enum(MODES)),
    } satisfies Record<PolicyKey, Schema<unknown>>,
  }).transform((written) =>
    present<UpdatePolicy>({
      maxSurge: written.max_surge,
      maxUnavailable: written.max_unavailable,
      canary: written.canary,
      canaryCheck: written.canary_check,
      drainTimeout: written.drain_timeout,
      maxDuration: written.max_duration,
      setupTimeout: written.setup_timeout,
      mode: written.mode,
    }),
  );
}

/** A policy in the words of a file, checked or not. */
export type WrittenPolicy = { readonly [K in PolicyKey]?: unknown };

/** What is wrong between the values of a policy. Values that are wrong in themselves are not its business. */
export function policyFaults(policy: WrittenPolicy): readonly Fault[] {
  const { canary, canary_check: check, mode, max_surge: surge = 1, max_unavailable: unavailable = 0 } = policy;
  const unchecked: readonly Fault[] =
    check !== undefined && canary === undefined
      ? [at("canary_check", "`canary_check` runs on canaries, and `canary` is not set", "write `canary: 1` beside it")]
      : [];
  // Blue and green have the room of the whole pool twice: both limits are set aside.
  if (mode === "blue_green") return unchecked;
  return [...unchecked, ...stillFaults(surge, unavailable), ...canaryFaults(canary, surge, unavailable)];
}

function stillFaults(surge: unknown, unavailable: unknown): readonly Fault[] {
  if (!isZero(surge) || !isZero(unavailable)) return [];
  return [
    at(
      "max_surge",
      "with `max_surge: 0` and no `max_unavailable` above 0, no worker could ever be replaced",
      "write `max_surge: 1` or `max_unavailable: 1`",
    ),
  ];
}

/** Of percentages only the provider knows what they come to: there a canary is never more than fits. */
function canaryFaults(canary: unknown, surge: unknown, unavailable: unknown): readonly Fault[] {
  if (typeof canary !== "number" || typeof surge !== "number" || typeof unavailable !== "number") return [];
  const room = surge + unavailable;
  if (canary <= room || room <= 0) return [];
  return [
    at(
      "canary",
      `\`canary: ${canary}\` wants ${canary} new workers beside the old ones, but \`max_surge\` and \`max_unavailable\` make room for ${room}`,
      `write \`max_surge: ${canary - unavailable}\` or more, or \`canary: ${room}\``,
    ),
  ];
}

const isZero = (value: unknown): boolean =>
  value === 0 || (typeof value === "string" && /^0+(\.0+)?%?$/.test(value.trim()));

const at = (key: PolicyKey, message: string, advice: string): Fault => ({
  message,
  advice,
  path: [key],
  anchor: "key",
});

const shareForm = () =>
  zod().union([
    zod().int().min(0),
    zod()
      .string()
      .regex(/^\s*\d+(\.\d+)?%?\s*$/),
  ]);

/** A count, or a percentage as it was written: `"25%"`. */
function readShare(key: PolicyKey, input: unknown): Read<number | string> {
  const written = typeof input === "string" ? input.trim() : "";
  if (/^\d+(\.\d+)?%$/.test(written)) return good(written);
  const count = /^\d+$/.test(written) ? Number(written) : input;
  if (typeof count === "number" && Number.isSafeInteger(count) && count >= 0) return good(count);
  return bad(
    `\`${key}\` must be a whole number of workers or a percentage of the pool's size, not ${show(input)}`,
    `write \`${key}: 1\` or \`${key}: 25%\``,
  );
}

function readMode(input: unknown): Read<(typeof MODES)[number]> {
  const name = typeof input === "string" ? input.trim() : "";
  const mode = MODES.find((one) => one === name);
  if (mode) return good(mode);
  return bad(
    `\`mode\` must be rolling or blue_green, not ${show(input)}`,
    `write \`mode: ${nearest(name, MODES) ?? "rolling"}\``,
  );
}
