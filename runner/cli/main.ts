/** One call of `lido`: from arguments to an exit code. The world comes in through `Cli`; only runProcess knows `process`. */
import type { Command } from "commander";
import { type Cli, createCli, type Interruptions, note } from "./cli.ts";
import { causeChain, endingOf } from "./exit.ts";
import { makeProgram, plainArgs, splitAtDashes } from "./program.ts";

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
    const helpless =
      args.length === 0
        ? program
        : args.length === 1 && program.commands.find((group) => group.name() === args[0] && group.commands.length > 0);
    if (helpless) helpless.outputHelp();
    else await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    const ending = endingOf(error, commandOf(args, program));
    for (const line of ending.lines)
      note(
        cli,
        line.replace(/^Error:/, (mark) => cli.paintNotes("red", mark)),
      );
    if (ending.code !== 0 && hasFlag(args, "--verbose")) for (const line of causeChain(error)) note(cli, line);
    return ending.code;
  }
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
  endQuietlyOnBrokenPipe();
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
  });
  process.exitCode = await run(args, { cli, version: packageVersion() });
}

/** `lido … | head` has what it wanted. */
function endQuietlyOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(0);
    });
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
