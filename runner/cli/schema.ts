/** `lido schema`: the JSON Schema of pool or job files, for editors. */
import { Argument, Command } from "commander";
import { type Cli, print } from "./cli.ts";
import type { MakeCommand } from "./program.ts";

export const command: MakeCommand = ({ cli, done }) =>
  new Command("schema")
    .description("Prints the JSON Schema of pool or job files: editors complete keys and mark what is wrong with it.")
    .addArgument(new Argument("<kind>", "which files").choices(["pool", "job"]))
    .addHelpText("after", EXAMPLES)
    .action(async (kind: "pool" | "job") => done(await runSchema(cli, kind)));

const EXAMPLES = `
The first line of a file then names it:  # yaml-language-server: $schema=pool.schema.json

Examples:
  lido schema pool > pool.schema.json
  lido schema job > job.schema.json`;

export async function runSchema(cli: Cli, kind: "pool" | "job"): Promise<number> {
  const { jsonSchema } = await import("../../spec/index.ts");
  print(cli, JSON.stringify(jsonSchema(kind), undefined, 2));
  return 0;
}
