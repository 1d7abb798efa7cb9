/** The engine search as a process of its own, with the recipe that is in the file of its first argument. */
import { readFileSync } from "node:fs";
import { runCommand } from "../../../tools/pulumi/command.ts";
import type { Recipe } from "../../../tools/pulumi/recipe.ts";

await runCommand(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Recipe);
