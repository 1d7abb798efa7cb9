/** `lido pool apply`: creates or changes a pool, for people who have no Pulumi program. The provider does it; this asks and tells. */
import { Command, Option } from "commander";
import type { ApplyRequest } from "../../provider/index.ts";
import { makeHome } from "../../worker/folder.ts";
import { readPointer } from "../../worker/pointer.ts";
import { type Cli, note, print } from "./cli.ts";
import { ask, refuseUnattended } from "./confirm.ts";
import { addVariableOptions, type VariableFlags, variablesOf } from "./environment.ts";
import { namedFrom } from "./named-file.ts";
import { wholeNumber, yesOption } from "./options.ts";
import { refuseForeign, refuseUnderWay } from "./pool-guard.ts";
import { remarksOn } from "./pool-remarks.ts";
import { runTask } from "./pool-run.ts";
import { runLog } from "./pool-runs.ts";
import { specLines } from "./pool-words.ts";
import type { MakeCommand } from "./program.ts";

export interface PoolApplyOptions extends VariableFlags {
  readonly file?: string;
  readonly pool?: string;
  readonly workers?: number;
  readonly infra?: string;
  readonly mode?: "rolling" | "blue_green";
  readonly yes?: boolean;
  readonly async?: boolean;
}

export const command: MakeCommand = ({ cli, done }) =>
  addVariableOptions(new Command("apply"))
    .description("Creates a pool from a file, or changes it: the count in place, everything else worker by worker.")
    .argument("[file]", "a pool file")
    .option("-p, --pool <name>", "name of the pool (default: `name:` of the file, else the file's own name)")
    .option("--workers <n>", "only change the number of workers of a pool that is there", wholeNumber("--workers", 0))
    .addOption(
      new Option("--mode <mode>", "how workers are replaced: one by one, or all new ones first").choices([
        "rolling",
        "blue_green",
      ]),
    )
    .option("--infra <infra>", "where machines come from, in place of what the file says: local, ssh/NAME")
    .option("--async", "come back as soon as the engine has begun; `lido pool status` shows how it goes")
    .addOption(yesOption(cli))
    .addHelpText("after", EXAMPLES)
    .action(async (file: string | undefined, flags: Omit<PoolApplyOptions, "file">) =>
      done(await runPoolApply(cli, { ...flags, ...(file === undefined ? {} : { file }) })),
    );

const EXAMPLES = `
Examples:
  lido pool apply pool.yaml -p gpu-pool --secret HF_TOKEN
  lido pool apply -p gpu-pool --workers 5 -y --async`;

export async function runPoolApply(cli: Cli, options: PoolApplyOptions): Promise<number> {
  const yes = options.yes === true;
  const request = await requestOf(cli, options);
  const { pool } = request;
  const text = `Applying config to pool '${pool}'.`;
  if (!yes) refuseUnattended(cli, text);
  makeHome(cli.home);
  await refuseForeign(cli, pool);
  await refuseUnderWay(cli, pool);
  if (request.kind === "file") {
    const { checkHosts } = await import("../../provider/index.ts");
    await checkHosts(request.spec, (await readPointer(cli.home, pool)) !== undefined);
    for (const line of specLines(request.spec, cli)) note(cli, line);
  }
  const signal = cli.interrupted();
  const outcome = await runTask(cli, {
    task: { action: "apply", request, ask: !yes },
    confirm: async () => await ask(cli, { text, presumed: "yes", signal }),
    again: async () => commandAgain(options),
    detach: options.async === true,
  });
  switch (outcome.kind) {
    case "declined":
      note(cli, "Nothing was done.");
      return 1;
    case "detached":
      return tellDetached(cli, pool);
    case "done":
      for (const line of outcome.words) print(cli, line);
      note(cli, `Run jobs on it: lido jobs launch -p ${pool} -- 'echo hello from $SKYPILOT_JOB_RANK'`);
      return 0;
  }
}

async function requestOf(cli: Cli, options: PoolApplyOptions): Promise<ApplyRequest> {
  const { file, pool, workers, infra, mode } = options;
  const { readApplyRequest } = await import("../../provider/index.ts");
  const request = await readApplyRequest({
    ...(file === undefined ? {} : { file: namedFrom(cli.cwd, file) }),
    ...(pool === undefined ? {} : { name: pool }),
    ...(workers === undefined ? {} : { workers }),
    ...(infra === undefined ? {} : { infra }),
    ...(mode === undefined ? {} : { updatePolicy: { mode } }),
    ...(await variablesOf(cli, options)),
  });
  return request.kind === "file" && file !== undefined
    ? { ...request, remarks: await remarksOn(cli.cwd, namedFrom(cli.cwd, file)) }
    : request;
}

function tellDetached(cli: Cli, pool: string): number {
  print(cli, `Applying config to pool '${pool}' goes on by itself.`);
  note(cli, `Its log: ${runLog(cli.home, pool)}`);
  note(cli, `How it goes: lido pool status ${pool}, lido pool logs ${pool}`);
  return 0;
}

/** Without the values of secrets: those of --secret are to be given again. */
function commandAgain({ file, pool, workers, infra, env = [], secret = [] }: PoolApplyOptions): string {
  const given = env.length + secret.length > 0 ? " (with the same --env and --secret)" : "";
  return [
    "lido pool apply",
    file ?? "",
    pool === undefined ? "" : `-p ${pool}`,
    workers === undefined ? "" : `--workers ${workers}`,
    infra === undefined ? "" : `--infra ${infra}`,
  ]
    .filter((part) => part !== "")
    .join(" ")
    .concat(given);
}
