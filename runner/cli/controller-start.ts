/** `lido controller start`: makes sure that a controller of this version runs. */
import { Command } from "commander";
import { type Cli, note } from "./cli.ts";
import type { MakeCommand } from "./program.ts";

export const command: MakeCommand = ({ cli, done }) =>
  new Command("start")
    .description("Starts the controller, if none runs. Other commands do this by themselves.")
    .addHelpText("after", "\nExamples:\n  lido controller start\n  LIDO_HOME=/tmp/trial lido controller start")
    .action(async () => done(await runControllerStart(cli)));

export async function runControllerStart(cli: Cli): Promise<number> {
  await using connection = await cli.connect();
  const { pid, version, log } = await connection.call("status", {});
  note(cli, `The controller runs: version ${version}, pid ${pid}, log ${log}`);
  return 0;
}
