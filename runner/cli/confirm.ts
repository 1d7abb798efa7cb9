/** Asks before something is done that cannot be undone. Where nobody can answer, the answer is never taken for granted. */
import { createInterface } from "node:readline/promises";
import { UserError } from "../../spec/errors.ts";
import type { Cli } from "./cli.ts";

export interface Question {
  /** `Cancel all jobs of pool 'x'.` */
  readonly text: string;
  readonly yes: boolean;
  /** What an empty answer means. */
  readonly presumed: "yes" | "no";
  /** Where there is no terminal: go on as if asked and agreed, or refuse. */
  readonly unattended: "go on" | "refuse";
}

/** Returns when the answer is yes. @throws UserError when it is no, or when nobody can be asked. */
export async function confirm(cli: Cli, question: Question): Promise<void> {
  if (question.yes) return;
  if (question.unattended === "go on" && !canAsk(cli)) return;
  refuseUnattended(cli, question.text);
  if (!(await ask(cli, question))) throw new UserError("Nothing was done.", { exitCode: 1 });
}

export function canAsk(cli: Cli): boolean {
  return cli.stdin.isTTY === true && cli.stderr.isTTY === true;
}

/** @throws UserError when nobody can be asked. */
export function refuseUnattended(cli: Cli, text: string): void {
  if (canAsk(cli)) return;
  throw new UserError(`${text} Nobody can be asked here, so nothing was done.\nAdd -y to go on without being asked.`);
}

export interface Ask extends Pick<Question, "text" | "presumed"> {
  /** Ends the waiting: a no. */
  readonly signal?: AbortSignal;
}

/** Asks in any case. Ctrl-C and the end of the input are a no. */
export async function ask(cli: Cli, { text, presumed, signal }: Ask): Promise<boolean> {
  const lines = createInterface({
    input: cli.stdin,
    output: cli.stderr,
    terminal: false,
    ...(signal ? { signal } : {}),
  });
  try {
    cli.stderr.write(`${text} Proceed? ${presumed === "yes" ? "[Y/n]" : "[y/N]"}: `);
    for await (const line of lines) {
      const answer = line.trim().toLowerCase();
      return answer === "" ? presumed === "yes" : answer === "y" || answer === "yes";
    }
    // Nobody ended the line.
    cli.stderr.write("\n");
    return false;
  } finally {
    lines.close();
    cli.stdin.pause();
  }
}
