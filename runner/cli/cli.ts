/** What a command is given of the world around it. Commands take everything from here and nothing from `process`. */
import { lidoHome } from "../../worker/home.ts";
import type { Connection } from "../client/index.ts";
import { type Paint, paintFor } from "./colors.ts";

/** A stream that text is written to; a terminal has `isTTY`, `columns` and `rows`. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** What Ctrl-C means to a command that has something to stop in order. */
export interface Interruptions {
  readonly first: AbortSignal;
  readonly again: AbortSignal;
}

/** Ctrl-Z and fg. */
export interface Leaving {
  /** What comes on the screen now is written by others. */
  readonly onLeave: () => void;
  readonly onReturn: () => void;
}

export interface Keys extends Disposable {
  /** Others have the terminal now: nothing may be drawn over what stands there. */
  readonly isAway: () => boolean;
}

export interface Cli {
  /** Data goes here. */
  readonly stdout: Output;
  /** Progress, notes and errors go here. */
  readonly stderr: Output;
  readonly stdin: Input;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly home: string;
  readonly now: () => number;
  /** Colours for what goes to stdout and stderr. */
  readonly paint: Paint;
  readonly paintNotes: Paint;
  /** Aborts at the first Ctrl-C from the moment it is asked for; the second ends the process. */
  readonly interrupted: () => AbortSignal;
  /** As `interrupted`, but the second Ctrl-C aborts `again` and only the third ends the process. */
  readonly interruptedTwice: () => Interruptions;
  /** Runs a program on this very terminal and waits for its end. @returns its exit code; throws what spawn says */
  readonly runHere: (program: string, args: readonly string[]) => Promise<number>;
  /** Until disposed of, what is typed is not shown. */
  readonly hideKeys: (leaving: Leaving) => Keys;
  /** Connects to the controller, starting it if need be. */
  readonly connect: () => Promise<Connection>;
}

export interface CliParts {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: Input;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly now: () => number;
  readonly color: boolean;
  readonly interrupted: () => AbortSignal;
  readonly interruptedTwice: () => Interruptions;
  readonly runHere: (program: string, args: readonly string[]) => Promise<number>;
  /** Without it nothing is hidden. */
  readonly hideKeys?: Cli["hideKeys"];
}

export function createCli(parts: CliParts): Cli {
  const { stdout, stderr, env } = parts;
  const options = { color: parts.color && !env.NO_COLOR && !isOn(env["LIDO_NO_COLOR"]) };
  const home = lidoHome(env);
  return {
    hideKeys: () => ({ isAway: () => false, [Symbol.dispose]: () => undefined }),
    ...parts,
    home,
    paint: paintFor(stdout, options),
    paintNotes: paintFor(stderr, options),
    connect: async () => {
      const { connectController } = await import("../client/index.ts");
      return await connectController({ home, onNote: (text) => note({ stderr }, text) });
    },
  };
}

/** Of a variable that stands for a flag: `1` and `true` do, `0`, `false` and nothing do not. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && !["", "0", "false", "no", "off"].includes(value.toLowerCase());
}

/** One line of data. */
export function print(cli: Pick<Cli, "stdout">, line: string): void {
  cli.stdout.write(`${line}\n`);
}

/** One line of progress. */
export function note(cli: Pick<Cli, "stderr">, line: string): void {
  cli.stderr.write(`${line}\n`);
}
