/** `lido version`: which Lido this is, and what runs it. */
import { Command } from "commander";
import { type Cli, print } from "./cli.ts";
import { outputOption } from "./options.ts";
import type { Format } from "./print-rows.ts";
import type { MakeCommand } from "./program.ts";

export const command: MakeCommand = ({ cli, done, version }) =>
  new Command("version")
    .description("Prints the version, as --version does; with -o json also what it runs on.")
    .addOption(outputOption())
    .addHelpText("after", "\nExamples:\n  lido version\n  lido version -o json")
    .action(({ output }: { readonly output: Format }) => done(runVersion(cli, version, output)));

function runVersion(cli: Cli, version: string, output: Format): number {
  const all = { version, node: process.versions.node, platform: `${process.platform}-${process.arch}` };
  if (output === "json") print(cli, JSON.stringify(all, undefined, 2));
  else print(cli, output === "jsonl" ? JSON.stringify(all) : version);
  return 0;
}
