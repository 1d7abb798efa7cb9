/** The schemas of single values: text, numbers, switches, and mappings that are kept as they are. */
import { bad, type Fault, good, isMapping, type Mapping, type Read, show } from "./fault.ts";
import { zod } from "./lazy.ts";
import { nearest } from "./nearest.ts";
import { reading, type Schema, wording } from "./schema.ts";

/** Text that is not blank and holds no NUL, which no shell could take. `wrong` says why it cannot be that text. */
export function text(key: string, example: string, wrong?: (text: string) => string | undefined): Schema<string> {
  return reading(
    (input) => {
      if (typeof input !== "string") {
        const quoted = typeof input === "number" || typeof input === "boolean";
        return bad(
          `\`${key}\` must be text, not ${show(input)}`,
          quoted ? `put it in quotes: \`${key}: "${input}"\`` : `write \`${key}: ${example}\``,
        );
      }
      if (input.trim() === "") return bad(`\`${key}\` is empty`, `write \`${key}: ${example}\`, or remove it`);
      const why = wrong?.(input);
      if (why !== undefined) return bad(`\`${key}\` cannot be ${show(input)}: ${why}`, `write \`${key}: ${example}\``);
      if (input.includes("\0")) return bad(`\`${key}\` holds a NUL character, which no shell can take`, "remove it");
      return good(input);
    },
    () => zod().string().regex(/\S/),
  );
}

export interface Bounds {
  readonly min: number;
  readonly max?: number;
  readonly example: number;
}

export function wholeNumber(key: string, { min, max, example }: Bounds): Schema<number> {
  const range = max === undefined ? `of ${min} or more` : `from ${min} to ${max}`;
  const say = wording(
    (shown) => `\`${key}\` must be a whole number ${range}, not ${shown}`,
    insideOf(key, { min, ...(max === undefined ? {} : { max }), example }),
  );
  const number = zod().int(say).min(min, say);
  return max === undefined ? number : number.max(max, say);
}

/** To whom a number is too small or too large, the next one that would do is of more use than any other. */
const insideOf =
  (key: string, { min, max = Number.POSITIVE_INFINITY, example }: Bounds) =>
  (input: unknown): string => {
    if (typeof input === "number" && input < min) return `write \`${key}: ${min}\` or more`;
    if (typeof input === "number" && input > max) return `write \`${key}: ${max}\` or less`;
    return `write \`${key}: ${example}\``;
  };

/** One of a few words, in whatever case. */
export function choice<W extends string>(key: string, words: readonly [W, ...W[]]): Schema<W> {
  return reading(
    (input): Read<W> => {
      const written = typeof input === "string" ? input.trim().toLowerCase() : "";
      const word = words.find((one) => one.toLowerCase() === written);
      if (word !== undefined) return good(word);
      const near = nearest(written, words);
      return bad(
        `\`${key}\` must be one of ${words.join(", ")}, not ${show(input)}`,
        `write \`${key}: ${near ?? words[0]}\`${near === undefined ? "" : " instead"}`,
      );
    },
    () => zod().union([zod().enum(words), zod().string()]),
  );
}

/** Exactly `value`: anything else is refused, and told why, and what is there instead. */
export function only(key: string, value: number, { why, instead }: Only): Schema<number> {
  return zod().literal(
    value,
    wording(
      (shown) => `\`${key}\` must be ${value}, not ${shown}: ${why}`,
      `write \`${key}: ${value}\`, or remove it; ${instead}`,
    ),
  );
}

interface Only {
  readonly why: string;
  readonly instead: string;
}

export function amount(key: string, { min, example }: Omit<Bounds, "max">): Schema<number> {
  const say = wording(
    (shown) => `\`${key}\` must be a number of ${min} or more, not ${shown}`,
    insideOf(key, { min, example }),
  );
  return zod().number(say).min(min, say);
}

export function flag(key: string): Schema<boolean> {
  return zod().boolean(
    wording((shown) => `\`${key}\` must be true or false, not ${shown}`, `write \`${key}: true\` or \`${key}: false\``),
  );
}

/** A mapping that is kept as it is: anything that JSON can hold. */
export function openMapping(key: string, example: string): Schema<Mapping> {
  return reading(
    (input): Read<Mapping> => {
      if (!isMapping(input))
        return bad(`\`${key}\` must be a mapping, not ${show(input)}`, `write \`${key}: ${example}\``);
      const path = outsideJson(input, []);
      return path
        ? bad(`\`${key}\` holds a value that JSON cannot hold`, "write text, numbers, true, false, lists or mappings", {
            path,
          })
        : good(input);
    },
    () => zod().record(zod().string(), zod().unknown()),
  );
}

const DEEPEST = 50;

/** The way to the first value that JSON can't hold, or that lies too deep (as a value that holds itself does). */
function outsideJson(value: unknown, path: NonNullable<Fault["path"]>): Fault["path"] {
  if (value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value)) return undefined;
  const plain =
    Array.isArray(value) || (isMapping(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value)));
  if (!plain || path.length > DEEPEST) return path;
  for (const [key, member] of Object.entries(value as object)) {
    const found =
      member === undefined ? undefined : outsideJson(member, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found) return found;
  }
  return undefined;
}
