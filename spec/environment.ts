/**
 * Reads `envs` and `secrets`. A null value is left open, to be filled on the command line. The value of a secret must
 * never get into a sentence.
 */
import { UserError } from "./errors.ts";
import { type Fault, isMapping, type Mapping, type Read, show, showKey } from "./fault.ts";
import { zod } from "./lazy.ts";
import { reading, type Schema } from "./schema.ts";
import type { Environment } from "./types.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const isVariableName = (name: string): boolean => NAME.test(name);

/** Bash sets these itself, says so where somebody else tries to, and goes on with its own value. */
const READ_ONLY = new Set(["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"]);
const OTHER_NAME = "write another name, such as `MY_NAME`";

/** What is wrong with the name of a variable, if anything is. `shown` stands for the name where that may not be shown. */
export function nameFault(name: string, shown = show(name)): Fault | undefined {
  if (!isVariableName(name))
    return {
      message: `${shown} is not a name of an environment variable`,
      advice: "write a name of letters, digits and `_` that does not begin with a digit, such as `MY_NAME`",
    };
  if (READ_ONLY.has(name))
    return { message: `${shown} is read-only in bash: no job and no setup would see this value`, advice: OTHER_NAME };
  if (name.startsWith("lido_"))
    return {
      message: `${shown} begins with \`lido_\`, as the variables that Lido itself uses on a worker do`,
      advice: OTHER_NAME,
    };
  return undefined;
}

/** Linux's MAX_ARG_STRLEN, where a page has 4 KiB: `NAME=value` and the NUL behind it, in UTF-8. */
const MOST_BYTES = 131_072;

/** A process can take any text without a NUL, up to a size. */
export function valueFault(name: string, value: string): Fault | undefined {
  const what = `the value of ${showKey(name)}`;
  if (value.includes("\0"))
    return { message: `${what} holds a NUL character, which no process can take`, advice: "remove it" };
  if (Buffer.byteLength(`${name}=${value}\0`) <= MOST_BYTES) return undefined;
  const size = Buffer.byteLength(value);
  return {
    message: `${what} is ${size} bytes long, and Linux takes at most ${MOST_BYTES} for a variable: its name, \`=\`, the value and a NUL`,
    advice:
      "put it into a file that `file_mounts` or `workdir` of the pool brings to the workers, and write the file's path instead",
  };
}

/** Of a name that stands in `envs` and in `secrets`. */
export const twiceFault = (name: string): Fault => ({
  message: `\`${name}\` stands in \`envs\` and in \`secrets\``,
  advice: "keep one of them",
});

/** Looks at secrets that come from a program and not from a file. @throws UserError that shows no value */
export function checkSecrets(secrets: Readonly<Record<string, unknown>>, envs: Environment): void {
  const wrong = Object.entries(secrets).flatMap(([name, value]) => {
    const fault = nameFault(name) ?? secretFault(name, value, envs);
    return fault ? [`secrets: ${fault.message}\n  ${fault.advice}`] : [];
  });
  if (wrong.length > 0) throw new UserError(wrong);
}

function secretFault(name: string, value: unknown, envs: Environment): Fault | undefined {
  if (Object.hasOwn(envs, name)) return twiceFault(name);
  if (typeof value === "string") return valueFault(name, value);
  return { message: `the value of ${showKey(name)} must be text`, advice: "write `{NAME: pulumi.secret('…')}`" };
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
