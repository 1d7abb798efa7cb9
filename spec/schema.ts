/**
 * The few zod schemas of which all others are made. They put the designed sentence and its advice into the message of a
 * zod issue (two lines), so that every issue can become a problem. They must never know files or places.
 */
import type { ZodType } from "zod";
import { type Fault, isMapping, type Mapping, type Read, show } from "./fault.ts";
import { elsewhere, meant } from "./keys.ts";
import { zod } from "./lazy.ts";

export type Schema<T> = ZodType<T>;
export type Output<S> = S extends Schema<infer T> ? T : never;

/** `says` gets the offending value as it may stand in a sentence. */
export const wording = (says: (shown: string) => string, advice: string) => ({
  error: ({ input }: { readonly input: unknown }) => `${says(show(input))}\n${advice}`,
});

/** A value that `reads` takes apart by itself. */
export function reading<T>(reads: (input: unknown) => Read<T>): Schema<T> {
  const z = zod();
  return z.unknown().transform((input, context) => {
    const read = reads(input);
    if ("value" in read) return read.value;
    for (const fault of read.faults) context.addIssue(issueOf(fault));
    return z.NEVER;
  });
}

/** One schema or another, by the look of the value: only the chosen one reports what is wrong. */
export const choosing = <T>(choose: (input: unknown) => Schema<T>): Schema<T> =>
  after(
    (input) => choose(input),
    () => [],
  );

/** The schema chosen for the input, after `faults` had a look at the same input: both report. */
function after<T>(choose: (input: unknown) => Schema<T>, faults: (input: unknown) => readonly Fault[]): Schema<T> {
  const z = zod();
  return z.unknown().transform((input, context): T => {
    for (const fault of faults(input)) context.addIssue(issueOf(fault));
    const result = choose(input).safeParse(input, { jitless: true });
    if (result.success) return result.data;
    for (const issue of result.error.issues)
      context.addIssue({ ...issue, input } as Parameters<typeof context.addIssue>[0]);
    return z.NEVER;
  });
}

export interface MappingOptions<S extends Record<string, Schema<unknown>>> {
  /** Its name in errors: "`pool`", or "this file". */
  readonly title: string;
  readonly shape: S;
  /** What to write when it is no mapping at all. */
  readonly advice: string;
  /** Checks across keys, on what the user wrote; null keys are missing, misspelt ones count as the nearest known key. */
  readonly check?: (written: Mapping) => readonly Fault[];
  /** What to do with a key that belongs into another section; of pool and job files unless told. */
  readonly elsewhere?: (key: string) => string | undefined;
}

type Members<S> = { readonly [K in keyof S]?: S[K] extends Schema<infer T> ? T : never };

/** A mapping with known keys, all optional; null means absent. An unknown key is a fault that names the nearest known one. */
export function mapping<S extends Record<string, Schema<unknown>>>(options: MappingOptions<S>): Schema<Members<S>> {
  const z = zod();
  const { title, shape, advice, check } = options;
  const optional = Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.optional()]));
  const object = z.looseObject(
    optional,
    wording(
      (shown) => (shown === "nothing" ? `${title} is empty` : `${title} must be a mapping, not ${shown}`),
      advice,
    ),
  );
  const written = z.unknown().transform((input) => (isMapping(input) ? withoutNulls(input) : input));
  const faults = (input: unknown): readonly Fault[] =>
    isMapping(input)
      ? [...unknownKeys(input, options), ...(check?.(corrected(withoutNulls(input), Object.keys(shape))) ?? [])]
      : [];
  return after(() => written.pipe(object), faults) as unknown as Schema<Members<S>>;
}

function unknownKeys(written: Mapping, options: MappingOptions<Record<string, Schema<unknown>>>) {
  const { title, shape, elsewhere: place = elsewhere } = options;
  const known = Object.keys(shape);
  return Object.keys(written)
    .filter((key) => !known.includes(key))
    .map((key): Fault => {
      const near = meant(key, known);
      const remedy = place(key) ?? (near ? `write \`${near}\` instead` : "remove it");
      return {
        message: `unknown key ${show(key)} in ${title}`,
        advice: `${remedy}; known keys: ${known.join(", ")}`,
        path: [key],
        anchor: "key",
      };
    });
}

/** A misspelt key is one fault: it must not also count as a missing key. */
function corrected(written: Mapping, known: readonly string[]): Mapping {
  const misspelt = Object.entries(written).flatMap(([key, value]) => {
    const near = known.includes(key) ? undefined : meant(key, known);
    return near && elsewhere(key) === undefined ? [[near, value] as const] : [];
  });
  return { ...Object.fromEntries(misspelt), ...written };
}

const withoutNulls = (input: Mapping): Mapping =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined));

const issueOf = ({ message, advice, path, anchor }: Fault) => ({
  code: "custom" as const,
  message: `${message}\n${advice}`,
  path: [...(path ?? [])],
  params: { anchor: anchor ?? "value" },
});
