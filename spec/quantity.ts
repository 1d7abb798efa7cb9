/**
 * Reads amounts: `4`, `4+`, `0.5` CPUs; `32`, `64GB`, `16Gi`, `1TB+` of memory or disk. Sizes are counted as SkyPilot
 * counts them: GB and GiB are the same, 1 TB is 1024 GB, and a bare number means GB.
 */
import { bad, good, type Read, show } from "./fault.ts";
import type { Quantity } from "./types.ts";

const GIB_PER_UNIT: Readonly<Record<string, number>> = {
  K: 1 / 1024 ** 2,
  M: 1 / 1024,
  G: 1,
  T: 1024,
  P: 1024 ** 2,
};
const AMOUNT = /^(?<digits>\d+(?:\.\d+)?|\.\d+)(?<plus>\+?)$/;
const SIZE = /^(?<digits>\d+(?:\.\d+)?|\.\d+)\s*(?:(?<unit>[KMGTP])i?B?)?(?<plus>\+?)$/i;

/** `key` is the name to use in the error. */
export function readCount(key: string, input: unknown): Read<Quantity> {
  const match = AMOUNT.exec(textOf(input));
  const value = Number(match?.groups?.["digits"]);
  if (match && value > 0 && Number.isFinite(value)) return good({ value, orMore: match.groups?.["plus"] === "+" });
  return bad(
    `\`${key}\` must be a number above 0, or one with a \`+\` for "at least", not ${show(input)}`,
    `write \`${key}: 4\`, \`${key}: 4+\` or \`${key}: 0.5\``,
  );
}

/** In GiB. */
export function readMemory(key: string, input: unknown): Read<Quantity> {
  const size = readSize(input);
  if (size) return good(size);
  return bad(
    `\`${key}\` must be a size above 0 such as 32, 64GB, 16Gi or 1TB+, not ${show(input)}`,
    `write \`${key}: 32\` (GB), \`${key}: 64GB\` or \`${key}: 64GB+\`; units: K M G T P, with or without i and B`,
  );
}

/** In GiB. */
export function readDisk(key: string, input: unknown): Read<number> {
  const size = readSize(input);
  if (size && !size.orMore) return good(size.value);
  return bad(
    `\`${key}\` must be a size above 0 such as 256, 256GB or 1TB, without a \`+\`, not ${show(input)}`,
    `write \`${key}: 256\` (GB), \`${key}: 256GB\` or \`${key}: 1TB\``,
  );
}

function readSize(input: unknown): Quantity | undefined {
  const match = SIZE.exec(textOf(input));
  if (!match) return undefined;
  const factor = GIB_PER_UNIT[(match.groups?.["unit"] ?? "G").toUpperCase()] ?? Number.NaN;
  const value = Number(match.groups?.["digits"]) * factor;
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return { value, orMore: match.groups?.["plus"] === "+" };
}

const textOf = (input: unknown): string =>
  typeof input === "number" || typeof input === "string" ? String(input).trim() : "";
