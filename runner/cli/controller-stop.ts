/** `lido controller stop`: ends the controller. Running jobs go on; nothing new is dispatched until it is back. */
import { Command } from "commander";
import { connectRunning, stopController } from "../client/index.ts";
import { type Cli, note } from "./cli.ts";
import type { MakeCommand } from "./program.ts";

export const command: MakeCommand = ({ cli, done }) =>
  new Command("stop")
    .description("Stops the controller. Running jobs go on; pending ones wait until it is back.")
    .addHelpText("after", "\nExamples:\n  lido controller stop\n  LIDO_HOME=/tmp/trial lido controller stop")
    .action(async () => done(await runControllerStop(cli)));

export async function runControllerStop(cli: Cli): Promise<number> {
  const connection = await connectRunning(cli.home);
  if (connection === undefined) {
    note(cli, "The controller was not running.");
    return 0;
  }
  await stopController(connection);
  note(cli, "The controller has stopped. Running jobs go on.");
  return 0;
}
