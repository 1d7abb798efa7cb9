/**
 * Translates between the words of arguments (camelCase) and those of a file (snake_case): keys one way, the paths and
 * sentences of problems the other way. It must never judge values.
 */
import { isMapping, type Mapping, showKey } from "./fault.ts";
import { meant, POLICY_KEYS, POOL_KEYS, RESOURCE_KEYS } from "./keys.ts";
import type { Path, Problem } from "./problem.ts";
import type { Where } from "./types.ts";

const ROOT = "WorkerPool";

/** What a value may hold: named members, members of the same form each, or anything. */
type Form =
  | { readonly members: Readonly<Record<string, Form>> }
  | { readonly each: Form }
  | { readonly anything: true };

const anything: Form = { anything: true };
const named = (keys: readonly string[], others: Readonly<Record<string, Form>> = {}): Form => ({
  members: { ...Object.fromEntries(keys.map((key) => [key, anything])), ...others },
});

const ALTERNATIVE = named(RESOURCE_KEYS);
const ARGUMENTS = named([...POOL_KEYS, "infra"], {
  resources: named(RESOURCE_KEYS, { any_of: { each: ALTERNATIVE }, ordered: { each: ALTERNATIVE } }),
  workdir: named(["url", "ref"]),
  file_mounts: {
    each: named(["name", "source", "store", "persistent", "mode"], {
      config: named(["mount_cached"], { mount: named(["read_only"]) }),
    }),
  },
  ...Object.fromEntries(["setup", "envs", "secrets"].map((key) => [key, anything])),
  update_policy: named(POLICY_KEYS),
});

export interface Translated {
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/** The arguments with the keys of a file, without those that no file knows: each of these is a problem. */
export const inFileForm = (args: Mapping): Translated => translated(args, ARGUMENTS, []);

function translated(value: unknown, form: Form, path: Path): Translated {
  if ("anything" in form || typeof value !== "object" || value === null) return { value, problems: [] };
  if ("members" in form) return isMapping(value) ? membersOf(value, form.members, path) : { value, problems: [] };
  if (isMapping(value)) {
    return joined(given(value).map(([key, one]) => [key, translated(one, form.each, [...path, key])]));
  }
  const items = (value as readonly unknown[]).map((one, index) => translated(one, form.each, [...path, index]));
  return { value: items.map((item) => item.value), problems: items.flatMap(({ problems }) => problems) };
}

/** A misspelt name is one problem; its value is still checked as that of the name that was meant. */
function membersOf(value: Mapping, members: Readonly<Record<string, Form>>, path: Path): Translated {
  const known = Object.keys(members);
  const written = given(value).map(([name, member]) => ({
    name,
    member,
    key: known.find((one) => camel(one) === name),
  }));
  const exact = written.flatMap(({ key }) => (key === undefined ? [] : [key]));
  const wrong = written.filter(({ key }) => key === undefined).map((one) => ({ ...one, near: meant(one.name, known) }));
  const guessed = wrong.flatMap(({ member, near }) =>
    near && !exact.includes(near) ? [[near, { value: member, problems: [] }] as const] : [],
  );
  const rest = written.flatMap(({ key, member }) => {
    const form = key === undefined ? undefined : members[key];
    return key !== undefined && form ? [[key, translated(member, form, [...path, key])] as const] : [];
  });
  const { value: kept, problems } = joined([...guessed, ...rest]);
  return {
    value: kept,
    problems: [...wrong.map(({ name, near }) => unknown({ name, near, known }, path)), ...problems],
  };
}

const given = (value: Mapping): readonly (readonly [string, unknown])[] =>
  Object.entries(value).filter(([, member]) => member !== undefined);

const joined = (members: readonly (readonly [string, Translated])[]): Translated => ({
  value: Object.fromEntries(members.map(([key, { value }]) => [key, value])),
  problems: members.flatMap(([, { problems }]) => problems),
});

interface Unknown {
  readonly name: string;
  readonly near: string | undefined;
  readonly known: readonly string[];
}

function unknown({ name, near, known }: Unknown, path: Path): Problem {
  return {
    where: {
      ...argumentAt(path),
      path: [argumentAt(path).path, stepped([name])].filter((part) => part !== "").join("."),
    },
    message: `unknown argument ${showKey(name)}`,
    advice: `${near ? `write \`${camel(near)}\` instead` : "remove it"}; known arguments: ${known.map(camel).join(", ")}`,
  };
}

/** `["resources", "disk_size"]` -> `resources.diskSize`; what is no plain word stands in brackets. */
export const argumentAt = (path: Path): Where & { readonly kind: "path" } => ({
  kind: "path",
  root: ROOT,
  path: stepped(path.map((step) => (WORDS.has(String(step)) ? camel(String(step)) : step))),
});

const stepped = (path: Path): string =>
  path
    .map((step) => {
      if (typeof step === "number") return `[${step}]`;
      return /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    })
    .join("")
    .replace(/^\./, "");

/** The problem in the words of arguments. */
export const inArgumentWords = (problem: Problem): Problem => ({
  ...problem,
  message: reworded(problem.message),
  advice: reworded(problem.advice),
});

const reworded = (sentence: string): string =>
  sentence.replaceAll(/[a-z]+(?:_[a-z]+)+/g, (word) => (WORDS.has(word) ? camel(word) : word));

const WORDS: ReadonlySet<string> = new Set(wordsOf(ARGUMENTS));

function wordsOf(form: Form): readonly string[] {
  if ("each" in form) return wordsOf(form.each);
  if ("anything" in form) return [];
  return Object.entries(form.members).flatMap(([key, inner]) => [key, ...wordsOf(inner)]);
}

function camel(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
