/**
 * The schema of a mapping with known keys: what each may hold, what they mean together, and which unknown key was meant
 * for which. It must never know files or places.
 */
import { acceptedBy, accepting } from "./accepted.ts";
import { type Fault, isMapping, type Mapping, showKey } from "./fault.ts";
import { elsewhere, meant } from "./keys.ts";
import { zod } from "./lazy.ts";
import type { Path } from "./problem.ts";
import { after, anchorOf, type Schema, wording } from "./schema.ts";

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
  /** What each key means, for editors. */
  readonly about?: { readonly [K in keyof S]: string };
  /** Known keys that `check` refuses: editors do not offer them. */
  readonly refused?: readonly string[];
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
  const faults = (input: unknown): readonly Fault[] => {
    if (!isMapping(input)) return [];
    const unknown = unknownKeys(input, options);
    const corrected = { ...meantMembers(input, unknown), ...withoutNulls(input) };
    return [...unknown.flatMap((one) => faultsOfUnknown(one, input, options)), ...(check?.(corrected) ?? [])];
  };
  const schema = after(() => written.pipe(object), faults) as unknown as Schema<Members<S>>;
  return accepting(schema, () => acceptedMapping(options));
}

/** What the keys may hold: an absent key may also be written as null. */
function acceptedMapping({ shape, about, refused = [] }: MappingOptions<Record<string, Schema<unknown>>>) {
  const offered = Object.entries(shape).filter(([key]) => !refused.includes(key));
  return zod().strictObject(
    Object.fromEntries(
      offered.map(([key, schema]) => {
        const member = acceptedBy(schema).nullable();
        const words = about?.[key];
        return [key, (words === undefined ? member : member.describe(words)).optional()];
      }),
    ),
  );
}

interface Unknown {
  readonly key: string;
  /** The known key that was most likely meant. */
  readonly near: string | undefined;
  /** What to do with it, when it belongs into another section. */
  readonly place: string | undefined;
}

function unknownKeys(
  written: Mapping,
  { shape, elsewhere: place = elsewhere }: MappingOptions<Record<string, Schema<unknown>>>,
): readonly Unknown[] {
  const known = Object.keys(shape);
  return Object.keys(written)
    .filter((key) => !Object.hasOwn(shape, key))
    .map((key) => ({ key, near: meant(key, known), place: place(key) }));
}

/** A misspelt key is one fault: it must not also count as a missing key. */
function meantMembers(written: Mapping, unknown: readonly Unknown[]): Mapping {
  return withoutNulls(
    Object.fromEntries(
      unknown.flatMap(({ key, near, place }) =>
        near !== undefined && place === undefined ? [[near, written[key]] as const] : [],
      ),
    ),
  );
}

/** That it is unknown; and what is wrong with its value, read as that of the key that was meant. */
function faultsOfUnknown(
  { key, near, place }: Unknown,
  written: Mapping,
  { title, shape }: MappingOptions<Record<string, Schema<unknown>>>,
): readonly Fault[] {
  const remedy = place ?? (near ? `write \`${near}\` instead` : "remove it");
  const unknown: Fault = {
    message: `unknown key ${showKey(key)} in ${title}`,
    advice: `${remedy}; known keys: ${Object.keys(shape).join(", ")}`,
    path: [key],
    anchor: "key",
  };
  const schema = near === undefined || place !== undefined || written[near] != null ? undefined : shape[near];
  const value = written[key];
  return schema === undefined || value == null ? [unknown] : [unknown, ...faultsOf(schema, value, [key])];
}

function faultsOf(schema: Schema<unknown>, value: unknown, path: Path): readonly Fault[] {
  const result = schema.safeParse(value, { jitless: true });
  if (result.success) return [];
  return result.error.issues.map((issue) => {
    const [message = "", advice = ""] = issue.message.split("\n");
    const anchor = anchorOf(issue);
    return { message, advice, path: [...path, ...(issue.path as Path)], anchor };
  });
}

const withoutNulls = (input: Mapping): Mapping =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined));
