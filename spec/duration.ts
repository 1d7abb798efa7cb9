/** Reads lengths of time: `90` (seconds), `90s`, `10m`, `1h`, `2d`. */

import { bad, good, type Read, show } from "./fault.ts";
import { zod } from "./lazy.ts";

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
/** Without named groups and flags: it also stands in the JSON Schema. */
const TIME = /^\s*(\d+(?:\.\d+)?)\s*([SMHDsmhd])?\s*$/;

export const durationForm = () => zod().union([zod().number().min(0), zod().string().regex(TIME)]);

/** In seconds. `key` is the name to use in the error; `zero` says whether no time at all makes sense. */
export function readDuration(key: string, input: unknown, { zero }: { readonly zero: boolean }): Read<number> {
  const written = typeof input === "number" || typeof input === "string" ? String(input) : "";
  const [, digits, unit = "s"] = TIME.exec(written) ?? [];
  const seconds = Number(digits) * (SECONDS_PER_UNIT[unit.toLowerCase()] ?? 1);
  if (Number.isFinite(seconds) && (seconds > 0 || zero)) return good(seconds);
  return bad(
    `\`${key}\` must be seconds or a time such as 90s, 10m or 1h${zero ? "" : ", above 0"}, not ${show(input)}`,
    `write \`${key}: 600\` (seconds), \`${key}: 90s\`, \`${key}: 10m\` or \`${key}: 1h\``,
  );
}
