/** The one place where an error becomes an exit code and the words that a user reads. */
import { CommanderError } from "commander";
import { UserError } from "../../spec/errors.ts";
import { folderFault } from "../../worker/folder.ts";
import { Interrupted } from "./interrupted.ts";

export interface Ending {
  readonly code: number;
  /** Lines for stderr. */
  readonly lines: readonly string[];
}

export interface EndingOptions {
  /** What was called, for the hint: `lido jobs queue`. */
  readonly command: string;
  /** Whole commands that an unknown one may stand for. */
  readonly meant: readonly string[];
  /** Writes down a mistake of ours and says where, "" for nowhere. */
  readonly reportOf: () => string;
}

export function endingOf(error: unknown, { command, meant, reportOf }: EndingOptions): Ending {
  if (error instanceof Interrupted) return { code: 130, lines: error.message.split("\n") };
  if (error instanceof CommanderError) return endingOfCommander(error, command, meant);
  if (error instanceof UserError) return { code: error.exitCode, lines: error.texts.flatMap(withMark) };
  if (isBrokenPipe(error)) return { code: 0, lines: [] };
  if (isFullDisk(error)) return { code: 8, lines: fullDisk(error) };
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 1,
    lines: [
      ...withMark(message.split("\n")[0] ?? ""),
      "This is a mistake in Lido itself, not in what you did.",
      whereWords(reportOf()),
    ],
  };
}

/** Whoever wrote, a disk that takes nothing more is no mistake of ours. */
function isFullDisk(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && ["ENOSPC", "EDQUOT", "EROFS"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function fullDisk(error: NodeJS.ErrnoException): readonly string[] {
  const place = error.path === undefined ? "A file of Lido's" : error.path;
  const remedy =
    error.code === "EROFS"
      ? "Name a place that can be written to; LIDO_HOME names Lido's own folder."
      : "Make room there and give the command again.";
  return [...withMark(`${place} cannot be written: ${folderFault(error)}.`), remedy];
}

function whereWords(report: string): string {
  return report === ""
    ? "Give the command again with --verbose and report what it prints."
    : `Report it with ${report}`;
}

function endingOfCommander(error: CommanderError, command: string, meant: readonly string[]): Ending {
  if (error.exitCode === 0) return { code: 0, lines: [] };
  const asked = error.code === "commander.help";
  const [what = "", ...more] = error.message.replace(/^error: /, "").split("\n");
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}${/[.?!]$/.test(what) ? "" : "."}`;
  if (error.code === "commander.unknownCommand" && meant.length > 0) {
    const names = meant.map((path) => `\`lido ${path}\``).join(" or ");
    return { code: 2, lines: [...withMark(sentence), `Did you mean ${names}?`, `See \`${command} --help\`.`] };
  }
  const hint = more.length === 0 ? [] : [more.join(" ").replace(/^\((.*)\)$/, "$1")];
  return { code: 2, lines: asked ? [] : [...withMark(sentence), ...hint, `See \`${command} --help\`.`] };
}

function withMark(message: string): readonly string[] {
  return `Error: ${message}`.split("\n");
}

export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === "EPIPE";
}

/** What led to an error, outermost first, for --verbose: stacks of the error and of its causes. */
export function causeChain(error: unknown): readonly string[] {
  const lines: string[] = [];
  for (let cause = error; cause instanceof Error && lines.length < 400; cause = cause.cause) {
    const stack = (cause.stack ?? String(cause)).split("\n");
    lines.push(...(lines.length === 0 ? stack : [`caused by ${stack[0]}`, ...stack.slice(1)]));
  }
  return lines;
}
