/** Environment and secrets from flags and files: `--env K=V`, `--env K` (this shell's value), `--env-file F`. */
import type { Command } from "commander";
import { UserError } from "../../spec/errors.ts";
import type { Cli } from "./cli.ts";
import { namedFrom } from "./named-file.ts";
import { collect } from "./options.ts";

export interface VariableFlags {
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly secret?: readonly string[];
  readonly secretFile?: readonly string[];
}

type Values = Readonly<Record<string, string>>;

export interface Variables {
  readonly envs: Values;
  readonly secrets: Values;
}

/** All that the flags say. Files come first, so that a flag wins. @throws UserError */
export async function variablesOf(cli: Cli, flags: VariableFlags): Promise<Variables> {
  return {
    envs: await gather(cli, "env", { files: flags.envFile, texts: flags.env }),
    secrets: await gather(cli, "secret", { files: flags.secretFile, texts: flags.secret }),
  };
}

/** Adds the flags to a command that fills a file's open values. */
export function addVariableOptions(command: Command): Command {
  return command
    .option("--env <K[=V]>", "an environment variable; without =V, this shell's value", collect)
    .option("--env-file <file>", "environment variables, one K=V per line", collect)
    .option("--secret <K[=V]>", "like --env, and never shown", collect)
    .option("--secret-file <file>", "like --env-file, and never shown", collect);
}

interface Given {
  readonly files?: readonly string[] | undefined;
  readonly texts?: readonly string[] | undefined;
}

async function gather(cli: Cli, kind: "env" | "secret", { files = [], texts = [] }: Given): Promise<Values> {
  const values = new Map<string, string>();
  for (const [name, value] of await inFiles(cli, files)) values.set(name, value);
  for (const text of texts) values.set(...variable(cli, text, kind));
  return Object.fromEntries(values);
}

async function inFiles(cli: Cli, files: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  if (files.length === 0) return [];
  const { readEnvFile } = await import("../../spec/command.ts");
  return files.flatMap((file) => Object.entries(readEnvFile(namedFrom(cli.cwd, file))));
}

function variable(cli: Cli, text: string, kind: string): [name: string, value: string] {
  const at = text.indexOf("=");
  // Without what was given: it may be a secret.
  if (at === 0 || text === "") throw new UserError(`--${kind} was given without a name.\nWrite --${kind} NAME=value.`);
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  const value = cli.env[text];
  if (value !== undefined) return [text, value];
  throw new UserError(
    `--${kind} ${text}: this shell has no variable ${text}.\nSet it first, or write --${kind} ${text}=value.`,
  );
}
