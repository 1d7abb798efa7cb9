/** `node tools/pulumi/main.ts`: finds or makes the engine and prints its bin folder. */
import { runCli } from "./cli.ts";

await runCli();
