/** Whether the words of a launch are a file or a command, and the job that they stand for. */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../../spec/errors.ts";
import type { JobSpec, Parsed } from "../../spec/index.ts";

export type JobSource = { readonly file: string } | { readonly command: string };

export interface SourceWords {
  /** What stands before `--`. */
  readonly before: readonly string[];
  /** What stands after it. */
  readonly after: readonly string[];
  readonly cwd: string;
}

/** @throws UserError when there is nothing to run, or more than one thing. */
export function sourceOf({ before, after, cwd }: SourceWords): JobSource {
  const [word, ...more] = before;
  if (after.length > 0 && word === undefined) return { command: commandText(after) };
  if (after.length > 0)
    throw new UserError(`'${word}' and a command after -- were both given.\nGive the file, or the command, not both.`);
  if (word === undefined)
    throw new UserError(
      "There is nothing to run.\nGive a job file, or a command after --: lido jobs launch -p POOL -- 'echo hello'",
    );
  if (more.length > 0)
    throw new UserError(
      `More than one file was given: ${before.join(" ")}.\nA command is written after --: lido jobs launch -p POOL -- ${before.join(" ")}`,
    );
  const file = resolve(cwd, word);
  // SkyPilot takes a text that is no file for a command, when it can't have been meant as a file.
  return /\s/.test(word) && !existsSync(file) ? { command: word } : { file: resolve(word) === file ? word : file };
}

/** One word is a text of the shell; several are a program and its arguments, kept apart as they were given. */
function commandText(words: readonly string[]): string {
  const [only] = words;
  return words.length === 1 && only !== undefined ? only : words.map(shellWord).join(" ");
}

/** As it is typed in a shell. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export async function readSource(source: JobSource): Promise<Parsed<JobSpec>> {
  if ("file" in source) return (await import("../../spec/index.ts")).readJobFile(source.file);
  const { jobFromCommand } = await import("../../spec/command.ts");
  return { spec: jobFromCommand(source.command), warnings: [], places: {} };
}
