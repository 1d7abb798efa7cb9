/** `lido check`: reads and explains pool and job files. Nothing is done, asked or connected to. */
import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { FileReport } from "../../spec/index.ts";
import { type Cli, note, print } from "./cli.ts";
import type { MakeCommand } from "./program.ts";

export interface CheckOptions {
  readonly files: readonly string[];
  readonly as?: "pool" | "job";
  readonly output: "text" | "json" | "jsonl";
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("check")
    .description("Reads and explains pool and job files, with all that is wrong in them. Does nothing else.")
    .argument("<files...>", "pool or job files")
    .addOption(new Option("--as <kind>", "what the files are (default: by their content)").choices(["pool", "job"]))
    .addOption(
      new Option("-o, --output <format>", "how it is printed").choices(["text", "json", "jsonl"]).default("text"),
    )
    .addHelpText("after", EXAMPLES)
    .action(async (files: readonly string[], flags: Omit<CheckOptions, "files">) =>
      done(await runCheck(cli, { ...flags, files })),
    );

const EXAMPLES = `
Examples:
  lido check pool.yaml job.yaml
  lido check --as job both.yaml -o json`;

/** @returns 0, or 2 when anything is wrong in any file */
export async function runCheck(cli: Cli, { files, as, output }: CheckOptions): Promise<number> {
  const { reportOnFile } = await import("../../spec/index.ts");
  const reports = files.map((file) => reportOnFile(namedFrom(cli.cwd, file), { as, cwd: cli.cwd }));
  if (output === "text") await explain(cli, reports);
  else await printData(cli, reports, output);
  return reports.every(({ problems }) => problems.length === 0) ? 0 : 2;
}

/** As it was written, where that means the same file here. */
function namedFrom(cwd: string, file: string): string {
  const full = resolve(cwd, file);
  return resolve(file) === full ? file : full;
}

/** What is right goes to stdout, what is wrong to stderr. */
async function explain(cli: Cli, reports: readonly FileReport[]): Promise<void> {
  const [{ normalForm, problemLines }, { meaningLines, warningWords }] = await Promise.all([
    import("../../spec/index.ts"),
    import("./check-words.ts"),
  ]);
  for (const { file, spec, warnings, problems } of reports) {
    if (spec) for (const line of meaningLines(file, normalForm(spec))) print(cli, line);
    for (const warning of warnings) note(cli, `${cli.paintNotes("yellow", "Warning:")} ${warningWords(warning)}`);
    for (const text of problemLines(problems)) note(cli, `${cli.paintNotes("red", "Error:")} ${text}`);
  }
}

async function printData(cli: Cli, reports: readonly FileReport[], output: "json" | "jsonl"): Promise<void> {
  const [{ normalForm }, { reportData }] = await Promise.all([
    import("../../spec/index.ts"),
    import("./check-words.ts"),
  ]);
  const data = reports.map((report) => reportData(report, report.spec && normalForm(report.spec)));
  if (output === "jsonl") for (const one of data) print(cli, JSON.stringify(one));
  else print(cli, JSON.stringify(data.length === 1 ? data[0] : data, undefined, 2));
}
