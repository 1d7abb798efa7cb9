/**
 * The few zod schemas of which all others are made. They put the designed sentence and its advice into the message of a
 * zod issue (two lines), so that every issue can become a problem. They must never know files or places.
 */
import type { ZodError, ZodType } from "zod";
import { acceptedBy, accepting } from "./accepted.ts";
import { type Fault, type Read, show } from "./fault.ts";
import { zod } from "./lazy.ts";
import type { Anchor } from "./problem.ts";

export type Schema<T> = ZodType<T>;
export type Output<S> = S extends Schema<infer T> ? T : never;

/** `says` gets the offending value as it may stand in a sentence, `advice` the value itself where it depends on it. */
export const wording = (says: (shown: string) => string, advice: string | ((input: unknown) => string)) => ({
  error: ({ input }: { readonly input: unknown }) =>
    `${says(show(input))}\n${typeof advice === "string" ? advice : advice(input)}`,
});

/** A value that `reads` takes apart by itself; `accepts` says roughly what that may be, for editors. */
export function reading<T>(reads: (input: unknown) => Read<T>, accepts?: () => Schema<unknown>): Schema<T> {
  const z = zod();
  const schema: Schema<T> = z.unknown().transform((input, context) => {
    const read = reads(input);
    if ("value" in read) return read.value;
    for (const fault of read.faults) context.addIssue(issueOf(fault));
    return z.NEVER;
  });
  return accepts ? accepting(schema, accepts) : schema;
}

/** One schema or another, by the look of the value: only the chosen one reports what is wrong. `all` are those there are. */
export const choosing = <T>(choose: (input: unknown) => Schema<T>, all: () => readonly Schema<unknown>[]): Schema<T> =>
  accepting(
    after(
      (input) => choose(input),
      () => [],
    ),
    () => zod().union(all().map(acceptedBy)),
  );

/** Made when there is something to read: most files leave most sections out, and a schema takes its time to make. */
export const lazily = <T>(make: () => Schema<T>): Schema<T> =>
  accepting(
    after(make, () => []),
    () => acceptedBy(make()),
  );

/** The schema chosen for the input, after `faults` had a look at the same input: both report. */
export function after<T>(
  choose: (input: unknown) => Schema<T>,
  faults: (input: unknown) => readonly Fault[],
): Schema<T> {
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

/** A schema, and what else may be wrong with the same input. */
export const also = <T>(schema: Schema<T>, faults: (input: unknown) => readonly Fault[]): Schema<T> =>
  accepting(
    after(() => schema, faults),
    () => acceptedBy(schema),
  );

/** What the caret of an issue stands under. */
export const anchorOf = (issue: ZodError["issues"][number]): Anchor =>
  issue.code === "custom" && issue.params?.["anchor"] === "key" ? "key" : "value";

const issueOf = ({ message, advice, path, anchor }: Fault) => ({
  code: "custom" as const,
  message: `${message}\n${advice}`,
  path: [...(path ?? [])],
  params: { anchor: anchor ?? "value" },
});
