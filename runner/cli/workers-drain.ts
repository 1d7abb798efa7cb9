/** `lido workers drain`: a worker is given no new jobs until it is resumed. What it runs goes on. */
import { userInfo } from "node:os";
import { Command } from "commander";
import { type Cli, note, print } from "./cli.ts";
import { poolOption } from "./options.ts";
import type { MakeCommand } from "./program.ts";
import { harmless } from "./width.ts";
import { findWorker } from "./worker-find.ts";
import { changeCordonOf } from "./worker-reach.ts";

export interface WorkersDrainOptions {
  readonly worker: string;
  readonly pool?: string;
  readonly reason?: string;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("drain")
    .description("Gives a worker no new jobs until it is resumed. What it runs goes on.")
    .argument("<worker>", "its name, or its id with -p")
    .addOption(poolOption())
    .option("--reason <text>", "shown wherever the worker is")
    .addHelpText(
      "after",
      '\nExamples:\n  lido workers drain gpu-pool-3 --reason "bad fan"\n  lido workers drain 3 -p gpu-pool',
    )
    .action(async (worker: string, options: Omit<WorkersDrainOptions, "worker">) =>
      done(await runWorkersDrain(cli, { ...options, worker })),
    );

/** @throws NotFoundError, UserError */
export async function runWorkersDrain(cli: Cli, { worker: word, pool, reason }: WorkersDrainOptions): Promise<number> {
  const found = await findWorker(cli, word, pool);
  const { name } = found.worker;
  const by = `drained by ${userInfo().username}`;
  const { before, changed, jobs } = await changeCordonOf(cli, found, {
    kind: "drain",
    by,
    ...(reason === undefined ? {} : { reason }),
  });
  print(cli, changed ? `Worker ${name} gets no new jobs.` : `Worker ${name} is drained already: ${harmless(before)}`);
  if (changed && before !== "") note(cli, `It got none before either, since: ${harmless(before)}`);
  if (jobs.length > 0) note(cli, `It still runs: job ${jobs.join(", ")}.`);
  note(cli, `  lido workers resume ${name}  gives it jobs again`);
  return 0;
}
