/**
 * Fills what a file left open with what the command line gives, and then `$VAR` and `${VAR}` in file mounts. Names that
 * are given but not in the file are added. Values are never shown, and a `$` in them is never read again.
 */
import { nameFault, valueFault } from "./environment.ts";
import { UserError } from "./errors.ts";
import { plain } from "./plain.ts";
import { type Problem, SpecError } from "./problem.ts";
import type { Environment, FileMount, JobSpec, Places, PoolSpec } from "./types.ts";
import { VARIABLE } from "./unfilled.ts";

export interface Given {
  readonly envs: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Throws UserError that names all that is still open, at its place where that is known, or wrongly given, and the flags that fill it. */
export function fillEnvironment<T extends PoolSpec | JobSpec>(spec: T, given: Given, places: Places = {}): T {
  const wrong = [
    ...givenFaults("env", given.envs, [spec.secrets, given.secrets]),
    ...givenFaults("secret", given.secrets, [spec.envs]),
  ];
  if (wrong.length > 0) throw new UserError(wrong);
  const envs = { ...spec.envs, ...given.envs };
  const secrets = { ...spec.secrets, ...given.secrets };
  refuseOpen([...openValues("env", envs), ...openValues("secret", secrets)], places);
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

interface Open {
  readonly kind: "env" | "secret";
  readonly name: string;
}

const openValues = (kind: Open["kind"], environment: Environment): readonly Open[] =>
  Object.entries(environment).flatMap(([name, value]) => (value === null ? [{ kind, name }] : []));

function refuseOpen(open: readonly Open[], places: Places): void {
  if (open.length === 0) return;
  const problems = open.flatMap((one) => openProblem(one, places));
  if (problems.length === open.length) throw new SpecError(problems);
  const names = open.map(({ kind, name }) => (kind === "secret" ? `${name} (secret)` : name));
  throw new UserError(
    [
      `${names.length === 1 ? "This name has" : "These names have"} no value yet: ${names.join(", ")}`,
      `  write ${open.map(({ kind, name }) => `--${kind} ${name}=VALUE`).join(" ")}`,
      "  without =VALUE the value is taken from your own environment; --env-file and --secret-file take many from a file",
    ].join("\n"),
  );
}

function openProblem({ kind, name }: Open, places: Places): readonly Problem[] {
  const where = places[`${kind}s.${name}`];
  if (where === undefined) return [];
  const message = `${kind === "secret" ? "the secret " : ""}\`${name}\` has no value yet`;
  const advice = `write --${kind} ${name}=VALUE, or --${kind} ${name} for that of your own environment; --${kind}-file takes many from a file`;
  return [{ where, message, advice }];
}

function substituted(mounts: readonly FileMount[], envs: Environment): readonly FileMount[] {
  const fill = (text: string): string =>
    text.replaceAll(VARIABLE, (whole, braced: string | undefined, bare: string | undefined) => {
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
