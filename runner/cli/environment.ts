/** Environment and secrets from flags and files: `--env K=V`, `--env K` (this shell's value), `--env-file F`. */
import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import type { Command } from "commander";
import { UserError } from "../../spec/errors.ts";
import type { Cli } from "./cli.ts";
import { collect } from "./options.ts";

export interface VariableFlags {
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly secret?: readonly string[];
  readonly secretFile?: readonly string[];
}

export interface Variables {
  readonly envs: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
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
  readonly files: readonly string[] | undefined;
  readonly texts: readonly string[] | undefined;
}

async function gather(cli: Cli, kind: "env" | "secret", given: Given): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const file of given.files ?? []) Object.assign(values, await readVariables(file, kind));
  for (const text of given.texts ?? []) {
    const [name, value] = variable(cli, text, kind);
    values[name] = value;
  }
  return values;
}

async function readVariables(file: string, kind: string): Promise<NodeJS.Dict<string>> {
  try {
    return parseEnv(await readFile(file, "utf8"));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UserError(`--${kind}-file ${file} cannot be read (${code}).\nGive a file with one NAME=value per line.`, {
      cause: error,
    });
  }
}

function variable(cli: Cli, text: string, kind: string): readonly [name: string, value: string] {
  const at = text.indexOf("=");
  if (at === 0) throw new UserError(`--${kind} '${text}' has no name before the =.\nWrite --${kind} NAME=value.`);
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  const value = cli.env[text];
  if (value !== undefined) return [text, value];
  throw new UserError(
    `--${kind} ${text}: this shell has no variable ${text}.\nSet it first, or write --${kind} ${text}=value.`,
  );
}
