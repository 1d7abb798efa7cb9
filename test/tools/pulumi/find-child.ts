/** The engine search as a process of its own, with the recipe that is in the file of its first argument. */
import { readFileSync } from "node:fs";
import { runCli } from "../../../tools/pulumi/cli.ts";
import type { Recipe } from "../../../tools/pulumi/recipe.ts";

await runCli(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Recipe);
