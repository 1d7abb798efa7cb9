/** `lido pool apply`: creates or changes a pool, for people who have no Pulumi program. The provider does it; this asks and tells. */
import { Command } from "commander";
import { type Cli, note, print } from "./cli.ts";
import { ask, refuseUnattended } from "./confirm.ts";
import { addVariableOptions, type VariableFlags, variablesOf } from "./environment.ts";
import { Interrupted } from "./interrupted.ts";
import { wholeNumber, yesOption } from "./options.ts";
import type { MakeCommand } from "./program.ts";

export interface PoolApplyOptions extends VariableFlags {
  readonly file?: string;
  readonly pool?: string;
  readonly workers?: number;
  readonly yes?: boolean;
}

export const command: MakeCommand = ({ cli, done }) =>
  addVariableOptions(new Command("apply"))
    .description("Creates a pool from a file, or changes it: the count in place, everything else worker by worker.")
    .argument("[file]", "a pool file")
    .option("-p, --pool <name>", "name of the pool (default: `name:` of the file)")
    .option("--workers <n>", "only change the number of workers of a pool that is there", wholeNumber("--workers", 0))
    .addOption(yesOption())
    .addHelpText("after", EXAMPLES)
    .action(async (file: string | undefined, flags: Omit<PoolApplyOptions, "file">) =>
      done(await runPoolApply(cli, { ...flags, ...(file === undefined ? {} : { file }) })),
    );

const EXAMPLES = `
Examples:
  lido pool apply pool.yaml -p gpu-pool
  lido pool apply -p gpu-pool --workers 5 -y`;

export async function runPoolApply(cli: Cli, options: PoolApplyOptions): Promise<number> {
  const { file, pool, workers, yes } = options;
  const text = `Applying config to pool '${pool ?? file ?? ""}'.`;
  if (yes !== true) refuseUnattended(cli, text);
  const { applyPool } = await import("../../provider/index.ts");
  const signal = cli.interrupted();
  const request = { ...(file && { file }), ...(pool && { name: pool }), ...(workers !== undefined && { workers }) };
  const confirm = yes === true ? {} : { confirm: async () => await ask(cli, { text, presumed: "yes" }) };
  try {
    const report = (line: string): void => note(cli, line);
    const result = await applyPool({ ...request, ...(await variablesOf(cli, options)), ...confirm, report, signal });
    if (result.kind === "declined") {
      note(cli, "Nothing was done.");
      return 1;
    }
    print(cli, result.message);
    note(cli, `Run jobs on it: lido jobs launch -p ${result.pool} -- 'echo hello from $SKYPILOT_JOB_RANK'`);
    return 0;
  } catch (error) {
    if (signal.aborted) throw new Interrupted("Stopped before it was done. Give the command again to finish it.");
    throw error;
  }
}
