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

/** A value as it may stand in a sentence: text in quotes, numbers and switches as they are. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return `'${short(value)}'`;
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint"
    ? String(value)
    : `a ${typeof value}`;
}

/** A key that stands in the file, as what is to be typed stands in a sentence. */
export const showKey = (key: string): string => `\`${short(key)}\``;

/** On one line, without control characters. */
function short(words: string): string {
  const text = words.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "·");
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
