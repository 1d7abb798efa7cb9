/** `lido workers resume`: a worker that was drained by hand is given jobs again. */
import { Command } from "commander";
import { UserError } from "../../spec/errors.ts";
import { isRestart } from "../cordon.ts";
import { type Cli, print } from "./cli.ts";
import { poolOption } from "./options.ts";
import { repairCommand } from "./pool-repair.ts";
import type { MakeCommand } from "./program.ts";
import { findWorker } from "./worker-find.ts";
import { changeCordonOf } from "./worker-reach.ts";

export interface WorkersResumeOptions {
  readonly worker: string;
  readonly pool?: string;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("resume")
    .description("Gives a worker that was drained by hand jobs again.")
    .argument("<worker>", "its name, or its id with -p")
    .addOption(poolOption())
    .addHelpText("after", "\nExamples:\n  lido workers resume gpu-pool-3\n  lido workers resume 3 -p gpu-pool")
    .action(async (worker: string, options: Omit<WorkersResumeOptions, "worker">) =>
      done(await runWorkersResume(cli, { ...options, worker })),
    );

/** @throws UserError (exit code 8) for a worker that its pool itself takes out, or that must be set up again first */
export async function runWorkersResume(cli: Cli, { worker: word, pool }: WorkersResumeOptions): Promise<number> {
  const found = await findWorker(cli, word, pool);
  const { name, state } = found.worker;
  if (state !== "READY")
    throw new UserError(
      `Worker ${name} is ${state}: its pool decides about it, and not \`resume\`.\n\`lido pool status ${found.roster.pool}\` shows how the pool stands.`,
      { exitCode: 8 },
    );
  const { before, changed } = await changeCordonOf(cli, found, { kind: "resume" });
  if (isRestart(before)) throw notSetUp(before.replace(/^lido: /, ""), name, await repairCommand(cli, found.roster));
  print(cli, `Worker ${name} ${changed ? "gets jobs again" : "was not drained: it gets jobs"}.`);
  return 0;
}

function notSetUp(why: string, name: string, again: string): UserError {
  return new UserError(`Worker ${name} was ${why}: \`resume\` alone gives it no jobs.\nSet it up again: ${again}`, {
    exitCode: 8,
  });
}
