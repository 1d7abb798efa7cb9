/** One call of `lido`: from arguments to an exit code. The world comes in through `Cli`; only runProcess knows `process`. */
import { writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { makeFolder } from "../../worker/folder.ts";
import { type Cli, createCli, type Interruptions, isOn, note } from "./cli.ts";
import { causeChain, endingOf } from "./exit.ts";
import { hideKeys } from "./keyboard.ts";
import { makeProgram, pathsOf, plainArgs, splitAtDashes } from "./program.ts";
import { harmless } from "./width.ts";

export interface RunOptions {
  readonly cli: Cli;
  readonly version: string;
}

/** Runs one command. Never throws. @returns the exit code */
export async function run(given: readonly string[], options: RunOptions): Promise<number> {
  const { cli } = options;
  const args = plainArgs(given);
  let exitCode = 0;
  let program: Command | undefined;
  try {
    program = await makeProgram(args, { ...options, done: (code) => (exitCode = code) });
    const helpless = args.length === 0 ? program : args.length === 1 && groupOf(program, args[0]);
    if (helpless) helpless.outputHelp();
    else await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    const ending = endingOf(error, {
      command: commandOf(args, program),
      meant: pathsOf(args[0]),
      reportOf: () => writeReport(cli, options, error),
    });
    for (const line of ending.lines)
      note(
        cli,
        oneLine(line).replace(/^Error:/, (mark) => cli.paintNotes("red", mark)),
      );
    if (ending.code !== 0 && (hasFlag(args, "--verbose") || isOn(cli.env["LIDO_VERBOSE"])))
      for (const line of causeChain(error)) note(cli, line);
    return ending.code;
  }
}

/** What an error quotes may not act on the terminal. */
function oneLine(text: string): string {
  return text.split("\t").map(harmless).join("\t");
}

/** What is needed to mend a mistake of ours, and nothing that the user typed. @returns where it lies, "" for nowhere */
function writeReport({ home, now }: Cli, { version }: RunOptions, error: unknown): string {
  const path = join(home, "errors", `${new Date(now()).toISOString().replaceAll(/[:.]/g, "-")}-${process.pid}.log`);
  const about = `lido ${version}, node ${process.version}, ${process.platform} ${process.arch}`;
  try {
    makeFolder(dirname(path), 0o700);
    writeFileSync(path, `${[about, ...causeChain(error)].join("\n")}\n`, { mode: 0o600 });
    return path;
  } catch {
    return "";
  }
}

/** A group by itself says what is in it. */
function groupOf(program: Command, name: string | undefined): Command | undefined {
  return program.commands.find((group) => group.name() === name && group.commands.length > 0);
}

/** The part of the arguments that names a command: `lido jobs queue`. */
function commandOf(args: readonly string[], program: Command | undefined): string {
  const names = ["lido"];
  for (let at = program; ; ) {
    const word = args[names.length - 1];
    at = at?.commands.find((command) => command.name() === word);
    if (at === undefined) return names.join(" ");
    names.push(at.name());
  }
}

function hasFlag(args: readonly string[], flag: string): boolean {
  return splitAtDashes(args).flags.includes(flag);
}

/** What bin.js calls: this process is the command. */
export async function runProcess(): Promise<void> {
  const args = process.argv.slice(2);
  endOnLostOutput();
  const { packageVersion } = await import("../client/version.ts");
  const cli = createCli({
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    now: Date.now,
    color: !hasFlag(args, "--no-color"),
    interrupted,
    interruptedTwice,
    runHere,
    hideKeys: (leaving) => hideKeys(process.stdin.isTTY, leaving),
  });
  process.exitCode = await run(args, { cli, version: packageVersion() });
}

/** `lido … | head` has what it wanted; a full disk has not. */
function endOnLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      const why = /: (.*?),/.exec(error.message)?.[1] ?? error.message;
      if (stream === process.stdout) process.stderr.write(`Error: cannot write to stdout: ${why}.\n`);
      process.exit(1);
    });
  }
}

/** The terminal's Ctrl-C is the program's, as long as it runs. */
async function runHere(program: string, args: readonly string[]): Promise<number> {
  const { spawn } = await import("node:child_process");
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  try {
    return await new Promise((settle, fail) => {
      const child = spawn(program, args, { stdio: "inherit" });
      child.once("error", fail);
      child.once("exit", (code, signal) => settle(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
  } finally {
    process.removeListener("SIGINT", ignore);
  }
}

let controlC: AbortController | undefined;
let controlCAgain: AbortController | undefined;

function interrupted(): AbortSignal {
  if (controlC === undefined) {
    const controller = new AbortController();
    controlC = controller;
    process.once("SIGINT", () => {
      const again = controlCAgain;
      if (again !== undefined) process.once("SIGINT", () => again.abort());
      controller.abort();
    });
  }
  return controlC.signal;
}

function interruptedTwice(): Interruptions {
  controlCAgain ??= new AbortController();
  return { first: interrupted(), again: controlCAgain.signal };
}
