/** Runs a schema over what a user wrote: a value without any problem, or all problems at once, each with its place. */
import type { ZodError } from "zod";
import { placeOf, withoutSecrets } from "./masked.ts";
import { type Origin, type Path, type Problem, SpecError } from "./problem.ts";
import { anchorOf, type Schema } from "./schema.ts";
import type { Where } from "./types.ts";

/** A value as it was read, with what was already found wrong on the way. */
export interface Source {
  readonly value: unknown;
  /** Wrong, but not so wrong that the values could not be read. */
  readonly problems: readonly Problem[];
  /** Where a value is missing that is already complained of: what a schema says of it is of no use. */
  readonly holes: readonly Where[];
  readonly origin: Origin;
  /** The value with its secrets masked; none when there are none. */
  readonly masked?: (() => unknown) | undefined;
}

/** Throws SpecError. */
export function checked<T>(schema: Schema<T>, source: Source): T {
  const { value, problems, holes, origin, masked } = source;
  const result = examined(schema, value, origin);
  if ("value" in result && problems.length === 0) return result.value;
  const missing = new Set(holes.map(placeOf));
  const all = problemsOf(result);
  const told = masked && all.length > 0 ? withoutSecrets(all, problemsOf(examined(schema, masked(), origin))) : all;
  throw new SpecError([...problems, ...told.filter(({ where }) => !missing.has(placeOf(where)))]);
}

const problemsOf = (result: Examined<unknown>): readonly Problem[] => ("problems" in result ? result.problems : []);

export type Examined<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

export function examined<T>(schema: Schema<T>, value: unknown, origin: Origin): Examined<T> {
  const result = schema.safeParse(value, { jitless: true });
  return result.success
    ? { value: result.data }
    : { problems: result.error.issues.map((issue) => problemOf(issue, origin)) };
}

function problemOf(issue: ZodError["issues"][number], origin: Origin): Problem {
  const [message = "", advice = ""] = issue.message.split("\n");
  return { where: origin.where(issue.path as Path, anchorOf(issue)), message, advice };
}
