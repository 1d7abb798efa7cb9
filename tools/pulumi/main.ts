/** `node tools/pulumi/main.ts`: finds or makes the engine and prints its bin folder. */
import { runCommand } from "./command.ts";

await runCommand();
