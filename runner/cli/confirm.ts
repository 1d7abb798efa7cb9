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
  if (cli.stdin.isTTY !== true || cli.stderr.isTTY !== true) {
    if (question.unattended === "go on") return;
    throw new UserError(
      `${question.text} Nobody can be asked here, so nothing was done.\nAdd -y to go on without being asked.`,
    );
  }
  const lines = createInterface({ input: cli.stdin, output: cli.stderr });
  try {
    const answer = (
      await lines.question(`${question.text} Proceed? ${question.presumed === "yes" ? "[Y/n]" : "[y/N]"}: `)
    )
      .trim()
      .toLowerCase();
    const agreed = answer === "" ? question.presumed === "yes" : answer === "y" || answer === "yes";
    if (!agreed) throw new UserError("Nothing was done.", { exitCode: 1 });
  } finally {
    lines.close();
  }
}
