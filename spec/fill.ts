/**
 * Fills what a file left open with what the command line gives, and then `$VAR` and `${VAR}` in file mounts. Names that
 * are given but not in the file are added. Values are never shown, and a `$` in them is never read again.
 */
import { nameFault, valueFault } from "./environment.ts";
import { UserError } from "./errors.ts";
import { plain } from "./plain.ts";
import type { Environment, FileMount, JobSpec, PoolSpec } from "./types.ts";

export interface Given {
  readonly envs: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Throws UserError that names all that is still open, or wrongly given, and the flags that fill it. */
export function fillEnvironment<T extends PoolSpec | JobSpec>(spec: T, given: Given): T {
  const wrong = [
    ...givenFaults("env", given.envs, [spec.secrets, given.secrets]),
    ...givenFaults("secret", given.secrets, [spec.envs]),
  ];
  if (wrong.length > 0) throw new UserError(wrong.join("\n"));
  const envs = { ...spec.envs, ...given.envs };
  const secrets = { ...spec.secrets, ...given.secrets };
  refuseOpen(openNames(envs), openNames(secrets));
  const filled = { ...spec, envs, secrets };
  return plain(filled.kind === "pool" ? { ...filled, fileMounts: substituted(filled.fileMounts, envs) } : filled);
}

function givenFaults(kind: "env" | "secret", values: Given["envs"], taken: readonly Environment[]): readonly string[] {
  const otherFlag = kind === "env" ? "--secret" : "--env";
  return Object.entries(values).flatMap(([name, value]) => {
    const fault = nameFault(name) ?? valueFault(name, value);
    if (fault) return [`--${kind}: ${fault.message}\n  ${fault.advice}`];
    if (!taken.some((others) => Object.hasOwn(others, name))) return [];
    const other = kind === "env" ? "a secret" : "no secret but an environment variable";
    return [`--${kind}: \`${name}\` is ${other}\n  write \`${otherFlag} ${name}=VALUE\` instead`];
  });
}

const openNames = (environment: Environment): readonly string[] =>
  Object.entries(environment).flatMap(([name, value]) => (value === null ? [name] : []));

function refuseOpen(envs: readonly string[], secrets: readonly string[]): void {
  const names = [...envs, ...secrets];
  if (names.length === 0) return;
  const flags = [...envs.map((name) => `--env ${name}=VALUE`), ...secrets.map((name) => `--secret ${name}=VALUE`)];
  const subject = names.length === 1 ? "This name has" : "These names have";
  throw new UserError(
    [
      `${subject} no value yet: ${[...envs, ...secrets.map((name) => `${name} (secret)`)].join(", ")}`,
      `  write ${flags.join(" ")}`,
      "  without =VALUE the value is taken from your own environment; --env-file and --secret-file take many from a file",
    ].join("\n"),
  );
}

function substituted(mounts: readonly FileMount[], envs: Environment): readonly FileMount[] {
  const fill = (text: string): string =>
    text.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare ?? "";
      return Object.hasOwn(envs, name) ? (envs[name] ?? whole) : whole;
    });
  const filled = mounts.map((mount) => ({
    ...mount,
    target: fill(mount.target),
    sources: mount.sources.map(fill),
    ...(mount.name === undefined ? {} : { name: fill(mount.name) }),
  }));
  const twice = filled.find(({ target }, index) => filled.findIndex((one) => one.target === target) !== index);
  if (!twice) return filled;
  throw new UserError(
    `Two file mounts have the same target once the variables are filled in: ${twice.target}\n  give one of them another target`,
  );
}
