/**
 * Reads amounts: `4`, `4+`, `0.5` CPUs; `32`, `64GB`, `16Gi`, `1TB+` of memory or disk. Sizes are counted as SkyPilot
 * counts them: GB and GiB are the same, 1 TB is 1024 GB, and a bare number means GB.
 */
import { bad, good, type Read, show } from "./fault.ts";
import { zod } from "./lazy.ts";
import type { Quantity } from "./types.ts";

const GIB_PER_UNIT: Readonly<Record<string, number>> = {
  K: 1 / 1024 ** 2,
  M: 1 / 1024,
  G: 1,
  T: 1024,
  P: 1024 ** 2,
};
/** Without named groups and flags: they also stand in the JSON Schema, for readers of other languages. */
const AMOUNT = /^\s*(\d+(?:\.\d+)?|\.\d+)(\+?)\s*$/;
const SIZE = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(?:([KMGTPkmgtp])[Ii]?[Bb]?)?(\+?)\s*$/;
const WHOLE_SIZE = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(?:([KMGTPkmgtp])[Ii]?[Bb]?)?\s*$/;

const numberOr = (pattern: RegExp) => zod().union([zod().number().gt(0), zod().string().regex(pattern)]);
export const countForm = () => numberOr(AMOUNT);
export const sizeForm = () => numberOr(SIZE);
export const diskForm = () => numberOr(WHOLE_SIZE);

/** `key` is the name to use in the error. */
export function readCount(key: string, input: unknown): Read<Quantity> {
  const [, digits, plus] = AMOUNT.exec(textOf(input)) ?? [];
  const value = Number(digits);
  if (value > 0 && Number.isFinite(value)) return good({ value, orMore: plus === "+" });
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
  const [, digits, unit = "G", plus] = SIZE.exec(textOf(input)) ?? [];
  const value = Number(digits) * (GIB_PER_UNIT[unit.toUpperCase()] ?? Number.NaN);
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return { value, orMore: plus === "+" };
}

/** A number or text as text, anything else as none. */
export const textOf = (input: unknown): string =>
  typeof input === "number" || typeof input === "string" ? String(input).trim() : "";
