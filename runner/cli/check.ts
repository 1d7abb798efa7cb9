/** `lido check`: reads and explains pool and job files. Nothing is done, asked or connected to. */
import { Command, Option } from "commander";
import type { FileReport } from "../../spec/index.ts";
import { type Cli, note, type Output, print } from "./cli.ts";
import { namedFrom } from "./named-file.ts";
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

/** What is right goes to stdout, what is wrong to stderr. */
async function explain(cli: Cli, reports: readonly FileReport[]): Promise<void> {
  const [{ normalForm, problemLines }, { foldedText, meaningLines, warningWords }] = await Promise.all([
    import("../../spec/index.ts"),
    import("./check-words.ts"),
  ]);
  for (const { file, spec, warnings, problems } of reports) {
    if (spec) for (const line of meaningLines(file, normalForm(spec), widthOf(cli.stdout))) print(cli, line);
    const notes = [
      ...warnings.map((warning) => `Warning: ${warningWords(warning)}`),
      ...problemLines(problems).map((text) => `Error: ${text}`),
    ];
    for (const line of notes.flatMap((text) => foldedText(text, widthOf(cli.stderr))))
      note(
        cli,
        line.replace(/^(Error|Warning):/, (mark) => cli.paintNotes(mark === "Error:" ? "red" : "yellow", mark)),
      );
  }
}

/** In a pipe no line is broken. */
const widthOf = ({ isTTY, columns }: Output): number => (isTTY === true ? columns || 80 : Number.POSITIVE_INFINITY);

async function printData(cli: Cli, reports: readonly FileReport[], output: "json" | "jsonl"): Promise<void> {
  const [{ normalForm }, { reportData }] = await Promise.all([
    import("../../spec/index.ts"),
    import("./check-words.ts"),
  ]);
  const data = reports.map((report) => reportData(report, report.spec && normalForm(report.spec)));
  if (output === "jsonl") for (const one of data) print(cli, JSON.stringify(one));
  else print(cli, JSON.stringify(data.length === 1 ? data[0] : data, undefined, 2));
}
