/** `lido doctor`: looks at all that Lido stands on, here and on each worker, and says what to do. It mends nothing. */
import { Command } from "commander";
import type { Roster, RosterWorker } from "../../worker/index.ts";
import { type Cli, note } from "./cli.ts";
import { findingsHere } from "./doctor-here.ts";
import { jobFindings } from "./doctor-jobs.ts";
import { FINDING_COLUMNS, type Finding, type PlacedFinding, summaryWords } from "./doctor-words.ts";
import { outputOption } from "./options.ts";
import { repairCommand } from "./pool-repair.ts";
import { type Format, printRows } from "./print-rows.ts";
import type { MakeCommand } from "./program.ts";
import { poolsOf } from "./worker-find.ts";

export interface DoctorOptions {
  readonly pool?: string;
  readonly output: Format;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("doctor")
    .description("Looks at all that Lido stands on, here and on each worker. Exit code 0 only if all is well, else 1.")
    .option("-p, --pool <name>", "only the workers of this pool")
    .addOption(outputOption())
    .addHelpText("after", "\nExamples:\n  lido doctor\n  lido doctor -p gpu-pool -o json")
    .action(async (options: DoctorOptions) => done(await runDoctor(cli, options)));

const WORKERS_AT_ONCE = 8;

export async function runDoctor(cli: Cli, { pool, output }: DoctorOptions): Promise<number> {
  const here = (await findingsHere(cli)).map((one) => placed("here", one));
  const pools = await poolsOf(cli, pool);
  const findings = [...here];
  for (const { roster } of pools) findings.push(...(await poolFindings(cli, roster)));
  findings.push(...(await jobFindings(cli, pools, pool)));
  const ids = (rows: readonly PlacedFinding[]): string =>
    rows.flatMap(({ state, where, check }) => (state === "bad" ? [`${where}/${check}`] : [])).join("\n");
  printRows(cli, findings, { format: output, columns: FINDING_COLUMNS, ids, empty: "" });
  note(cli, summaryWords(findings));
  return findings.every(({ state }) => state === "ok") ? 0 : 1;
}

function placed(where: string, finding: Finding): PlacedFinding {
  return { where, ...finding };
}

async function poolFindings(cli: Cli, roster: Roster): Promise<readonly PlacedFinding[]> {
  const lacking = roster.size.target - roster.workers.filter(({ state }) => state === "READY").length;
  const whole: Finding =
    lacking <= 0
      ? { check: "workers", state: "ok", found: `${roster.workers.length} of ${roster.size.target}` }
      : {
          check: "workers",
          state: "bad",
          found: `${lacking} of ${roster.size.target} not ready`,
          remedy: `\`lido pool status ${roster.pool}\` says why; to make them: ${await repairCommand(cli, roster)}`,
        };
  const workers = roster.workers.filter(({ host }) => host !== "");
  const found: (readonly PlacedFinding[])[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < workers.length; index = next++) {
      const worker = workers[index];
      if (worker !== undefined) found[index] = await workerFindingsOf(cli, roster, worker);
    }
  };
  await Promise.all(Array.from({ length: WORKERS_AT_ONCE }, work));
  return [placed(roster.pool, whole), ...found.flat()];
}

async function workerFindingsOf(cli: Cli, roster: Roster, worker: RosterWorker): Promise<readonly PlacedFinding[]> {
  const { askWorker } = await import("./doctor-ask.ts");
  return (await askWorker(cli, { roster, worker })).map((one) => placed(worker.name, one));
}
