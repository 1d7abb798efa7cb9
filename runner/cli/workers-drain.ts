/** `lido workers drain`: a worker is given no new jobs until it is resumed. What it runs goes on. */
import { userInfo } from "node:os";
import { Command } from "commander";
import { type Cli, note, print } from "./cli.ts";
import { poolOption } from "./options.ts";
import type { MakeCommand } from "./program.ts";
import { harmless } from "./width.ts";
import { isOwn } from "./worker-cordon.ts";
import { findWorker } from "./worker-find.ts";
import { reach } from "./worker-reach.ts";

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
  await using worker = await reach(cli, found, cli.interrupted());
  const before = worker.hello.cordon;
  // What Lido itself holds it back for passes by itself, and the user's reason is to stay.
  if (before !== "" && !isOwn(before) && reason === undefined) {
    print(cli, `Worker ${name} is drained already: ${harmless(before)}`);
  } else {
    await worker.cordon(oneLine(reason ?? `drained by ${userInfo().username}`));
    print(cli, `Worker ${name} gets no new jobs.`);
    if (before !== "") note(cli, `It got none before either, since: ${harmless(before)}`);
  }
  const running = await worker.running();
  if (running.length > 0) note(cli, `It still runs: job ${running.map(({ job }) => job).join(", ")}.`);
  note(cli, `  lido workers resume ${name}  gives it jobs again`);
  return 0;
}

/** The cordon is one line of a file. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim() || "drained by hand";
}
