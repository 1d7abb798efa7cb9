/**
 * The answer of a function that reads one value: the typed value, or what is wrong with it and what to write instead.
 * It must never know files or places; `path` is relative to the value read.
 */
import type { Anchor, Path } from "./problem.ts";

export interface Fault {
  readonly message: string;
  readonly advice: string;
  readonly path?: Path;
  readonly anchor?: Anchor;
}

export type Bad = { readonly faults: readonly Fault[] };
export type Read<T> = { readonly value: T } | Bad;

export const good = <T>(value: T): Read<T> => ({ value });
export const bad = (message: string, advice: string, place: Pick<Fault, "path" | "anchor"> = {}): Bad => ({
  faults: [{ message, advice, ...place }],
});

export type Mapping = Readonly<Record<string, unknown>>;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const SHOWN = 40;
/** Text that would be taken for a number, a switch or nothing if it stood there without quotes. */
const LOOKS_OTHERWISE = /^([-+.\d]*|true|false|null|~)$/;

/** A value as it may stand in a sentence: short, on one line, without control characters. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  const words = typeof value === "string" ? value : spelt(value);
  if (words === undefined) return `a ${typeof value}`;
  const text = words.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "·");
  const short = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return typeof value === "string" && LOOKS_OTHERWISE.test(text) ? `\`"${short}"\`` : `\`${short}\``;
}

const spelt = (value: unknown): string | undefined =>
  typeof value === "number" || typeof value === "boolean" || typeof value === "bigint" ? String(value) : undefined;
