/**
 * A command line -> what one rank runs. Also the light door of this room for whoever launches a command: it must never
 * load the readers of pool and job files.
 */
import { UserError } from "./errors.ts";
import { plain, present } from "./plain.ts";
import type { JobSpec } from "./types.ts";

export { type Asked, withAsked } from "./asked.ts";
export { readEnvFile } from "./env-file.ts";
export { fillEnvironment } from "./fill.ts";

/** A job that runs `command` with bash and asks for nothing. Throws UserError when the command is blank or holds a NUL. */
export function jobFromCommand(command: string, options: { readonly name?: string } = {}): JobSpec {
  if (command.trim() === "")
    throw new UserError("The command is empty: write what each rank runs, such as -- 'echo $SKYPILOT_JOB_RANK'");
  if (command.includes("\0"))
    throw new UserError("The command holds a NUL character, which no shell can take: remove it");
  return plain<JobSpec>({
    kind: "job",
    run: command,
    resources: { ordered: false, anyOf: [] },
    envs: {},
    secrets: {},
    ...present<JobSpec>({ name: options.name }),
  });
}
