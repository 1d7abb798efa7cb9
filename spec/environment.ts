/**
 * Reads `envs` and `secrets`. A null value is left open, to be filled on the command line. The value of a secret must
 * never get into a sentence.
 */
import { type Fault, isMapping, type Mapping, type Read, show, showKey } from "./fault.ts";
import { zod } from "./lazy.ts";
import { reading, type Schema } from "./schema.ts";
import type { Environment } from "./types.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const isVariableName = (name: string): boolean => NAME.test(name);

/** What is wrong with the name of a variable, if anything is. */
export function nameFault(name: string): Fault | undefined {
  if (isVariableName(name)) return undefined;
  return {
    message: `${show(name)} is not a name of an environment variable`,
    advice: "write a name of letters, digits and `_` that does not begin with a digit, such as `MY_NAME`",
  };
}

/** A shell and a process can take any text but NUL. */
export function valueFault(name: string, value: string): Fault | undefined {
  if (!value.includes("\0")) return undefined;
  return { message: `the value of \`${name}\` holds a NUL character, which no process can take`, advice: "remove it" };
}

export function environmentSchema(section: "envs" | "secrets"): Schema<Environment> {
  return reading((input): Read<Environment> => {
    const advice = `write \`${section}: {NAME: value}\`, or \`${section}: {NAME: null}\` for one that the command line fills`;
    if (!isMapping(input))
      return { faults: [{ message: `\`${section}\` must be a mapping of names and values`, advice }] };
    const faults = Object.entries(input).flatMap(([name, value]) => memberFaults(name, value, advice));
    return faults.length > 0 ? { faults } : { value: texts(input) };
  }, environmentForm);
}

function environmentForm() {
  const z = zod();
  return z.record(z.string().regex(NAME), z.union([z.string(), z.number(), z.boolean(), z.null()]));
}

function memberFaults(name: string, value: unknown, advice: string): readonly Fault[] {
  const named = nameFault(name);
  const simple = value === null || ["string", "number", "boolean"].includes(typeof value);
  const valued = simple
    ? valueFault(name, String(value))
    : { message: `the value of ${showKey(name)} must be text`, advice };
  return [
    ...(named ? [{ ...named, path: [name], anchor: "key" as const }] : []),
    ...(valued ? [{ ...valued, path: [name] }] : []),
  ];
}

const texts = (input: Mapping): Environment =>
  Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      value === null ? null : String(value as string | number | boolean),
    ]),
  );
