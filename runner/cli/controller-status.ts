/** `lido controller status`: the controller as it is; it starts none. */
import { Command } from "commander";
import { NotFoundError } from "../../spec/errors.ts";
import type { ControllerStatus } from "../api.ts";
import { connectRunning } from "../client/index.ts";
import { type Cli, print } from "./cli.ts";
import { type Fact, factLines } from "./facts.ts";
import { outputOption } from "./options.ts";
import { tally, tallyWords } from "./outcome.ts";
import { type Format, printRows } from "./print-rows.ts";
import type { MakeCommand } from "./program.ts";
import { ago, duration } from "./time.ts";

export interface ControllerStatusOptions {
  readonly output: Format;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("status")
    .description("Shows the controller: its process, its files, its queue and its pools.")
    .addOption(outputOption())
    .addHelpText("after", "\nExamples:\n  lido controller status\n  lido controller status -o json")
    .action(async (options: ControllerStatusOptions) => done(await runControllerStatus(cli, options)));

/** @throws NotFoundError when no controller runs. */
export async function runControllerStatus(cli: Cli, { output }: ControllerStatusOptions): Promise<number> {
  const running = await connectRunning(cli.home);
  if (running === undefined) {
    throw new NotFoundError(
      "The controller is not running.\nCommands that need it start it; so does `lido controller start`.",
    );
  }
  await using connection = running;
  const status = await connection.call("status", {});
  switch (output) {
    case "json":
      print(cli, JSON.stringify(status, undefined, 2));
      break;
    case "jsonl":
      print(cli, JSON.stringify(status));
      break;
    case "id":
      print(cli, `${status.pid}`);
      break;
    case "table":
    case "wide":
      printStatus(cli, status);
  }
  return 0;
}

function printStatus(cli: Cli, status: ControllerStatus): void {
  const counts = { total: 0, byStatus: status.queue, lastFailed: [] };
  const facts: readonly Fact[] = [
    ["pid", `${status.pid}`],
    ["version", status.version],
    ["up for", duration(status.uptimeSeconds * 1000)],
    ["socket", status.socket],
    ["log", status.log],
    ["database", status.database],
    ["jobs", tallyWords(tally(counts))],
    ["commits", `${status.commits.total}, ${status.commits.perSecond.toFixed(1)}/s now`],
    ["clients", `${status.clients}`],
  ];
  for (const line of factLines(facts, cli.paint)) print(cli, line);
  const stands = "Nothing new is started until then; what runs goes on, and so does the queue, by itself.";
  for (const trouble of [status.trouble && `${status.trouble} ${stands}`, status.logTrouble]) {
    if (trouble !== undefined) print(cli, `${"trouble".padEnd(10)}${trouble}`);
  }
  if (status.pools.length > 0) printPools(cli, status);
  if (status.lastErrors.length > 0) printErrors(cli, status);
}

function printErrors(cli: Cli, { lastErrors }: ControllerStatus): void {
  print(cli, "\nLast errors:");
  for (const { at, text, count } of lastErrors) {
    print(cli, `  ${ago(at, Date.now())}${count > 1 ? `, ${count} times` : ""}: ${text}`);
  }
}

function printPools(cli: Cli, status: ControllerStatus): void {
  print(cli, "");
  printRows(cli, status.pools, {
    format: "table",
    ids: () => "",
    empty: "",
    columns: [
      { header: "POOL", cell: ({ pool }) => pool },
      { header: "CONNECTED", cell: ({ connected, workers }) => `${connected}/${workers}` },
      { header: "STACK", cell: ({ stack }) => stack, shrinkTo: 8 },
    ],
  });
  for (const { pool, problems } of status.pools)
    for (const problem of problems ?? []) print(cli, `${pool}: ${problem}`);
}
