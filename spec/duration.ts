/** Reads lengths of time: `90` (seconds), `90s`, `10m`, `1h`, `2d`. */
import { bad, good, type Read, show } from "./fault.ts";

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const TIME = /^(?<digits>\d+(?:\.\d+)?)\s*(?<unit>[smhd])?$/i;

/** In seconds. `key` is the name to use in the error; `zero` says whether no time at all makes sense. */
export function readDuration(key: string, input: unknown, { zero }: { readonly zero: boolean }): Read<number> {
  const written = typeof input === "number" || typeof input === "string" ? String(input).trim() : "";
  const match = TIME.exec(written);
  const seconds =
    Number(match?.groups?.["digits"]) * (SECONDS_PER_UNIT[match?.groups?.["unit"]?.toLowerCase() ?? "s"] ?? 1);
  if (Number.isFinite(seconds) && (seconds > 0 || zero)) return good(seconds);
  return bad(
    `\`${key}\` must be seconds or a time such as 90s, 10m or 1h${zero ? "" : ", above 0"}, not ${show(input)}`,
    `write \`${key}: 600\` (seconds), \`${key}: 90s\`, \`${key}: 10m\` or \`${key}: 1h\``,
  );
}
