/**
 * Runs the Pulumi command to read. It never changes a stack, and never asks: no terminal, no passphrase, no update
 * check. The command comes from PATH, else from where Lido keeps the engine.
 */
import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { NotFoundError, UserError } from "../../spec/errors.ts";
import type { Env } from "./pulumi-settings.ts";

export interface PulumiCall {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Env;
  /** Told, line by line, what is done to get the command where there is none. */
  readonly report?: ((line: string) => void) | undefined;
}

/** The backend answered, and has no stack of that name. */
export class NoStackError extends UserError {
  override readonly name: string = "NoStackError";
}

/** Pulumi's exit code for that; older ones than 3.259 may end with 255 then, as for everything. */
const STACK_NOT_FOUND = 6;

/** What it wrote to stdout. @throws UserError with Pulumi's own words when it ended with another code than 0. */
export async function pulumi(call: PulumiCall): Promise<string> {
  if (!(await isExecutable(call.cwd))) {
    throw new NotFoundError(
      `The folder of the Pulumi project is gone: ${call.cwd}.\nPut it back, or apply the pool again from where it is now.`,
    );
  }
  const command = await findPulumi(call);
  try {
    const { stdout } = await promisify(execFile)(command, [...call.args, "--non-interactive"], {
      cwd: call.cwd,
      env: { ...call.env, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" },
      maxBuffer: 1 << 30,
    });
    return stdout;
  } catch (error) {
    const { stderr, message, code } = error as Error & { stderr?: string; code?: unknown };
    const Failure = code === STACK_NOT_FOUND ? NoStackError : UserError;
    throw new Failure(
      `\`pulumi ${call.args.join(" ")}\` failed in ${call.cwd}: ${ownWords(stderr || message)}\nGive that command yourself to see it whole.`,
      { exitCode: 1, cause: error },
    );
  }
}

function ownWords(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  const error = lines.find((line) => line.startsWith("error:"));
  return (error ?? lines.find((line) => line !== "") ?? "it said nothing.").replace(/^error:\s*/, "");
}

async function findPulumi({ env, report }: PulumiCall): Promise<string> {
  for (const folder of (env.PATH ?? "").split(delimiter).filter((part) => part !== "")) {
    const file = join(folder, "pulumi");
    if (await isExecutable(file)) return file;
  }
  const { findEngine } = await import("../../tools/pulumi/engine.ts");
  return (await findEngine({ report: report ?? (() => undefined), env: { ...env } })).command;
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
