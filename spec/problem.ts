/**
 * One thing that is wrong in what the user wrote, and how a list of them reads. A problem says where, what, and what to
 * write instead. This file must never decide what is wrong: that is for the readers of each part.
 */
import { UserError } from "./errors.ts";
import type { Warning, Where } from "./types.ts";

/** The way to a value: `["resources", "any_of", 0, "cpus"]`. */
export type Path = readonly (string | number)[];

/** What the caret stands under: the key of a value, or the value itself. */
export type Anchor = "key" | "value";

export interface Problem {
  readonly where: Where;
  readonly message: string;
  readonly advice: string;
}

/** Where a value came from: finds the place of a path. */
export interface Origin {
  where(path: Path, anchor: Anchor): Where;
}

/** A remark at its place. */
export const warning = (message: string, where: Where): Warning =>
  where.kind === "text" ? { message, place: where.place } : { message };

const SHOWN_AT_MOST = 100;

/** Everything that is wrong in one file or one list of arguments. Exit code 2. */
export class SpecError extends UserError {
  override readonly name: string = "SpecError";
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    const tidy = inReadingOrder(problems);
    super(problemLines(tidy));
    this.problems = tidy;
  }
}

/** The problems as the user reads them, a text of some lines for each. */
export function problemLines(problems: readonly Problem[]): readonly string[] {
  const shown = problems.slice(0, SHOWN_AT_MOST).map(formatProblem);
  const left = problems.length - shown.length;
  return [...shown, ...(left > 0 ? [`… and ${left} more problems of this kind or another`] : [])];
}

function formatProblem({ where, message, advice }: Problem): string {
  if (where.kind === "path") {
    return `${[where.root, where.path, message].filter((part) => part !== "").join(": ")}\n  ${advice}`;
  }
  const { file, line, column } = where.place;
  return [`${file}:${line}:${column}: ${message}`, ...where.excerpt, `  ${advice}`].join("\n");
}

function inReadingOrder(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...seen.values()].toSorted((a, b) => {
    if (a.where.kind !== "text" || b.where.kind !== "text") return 0;
    return a.where.place.line - b.where.place.line || a.where.place.column - b.where.place.column;
  });
}
