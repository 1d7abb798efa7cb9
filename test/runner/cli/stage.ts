/** A command's world in a test: a scripted controller's folder, and streams that are read whole afterwards. */
import { PassThrough, Writable } from "node:stream";
import { type Cli, createCli, type Input, type Output } from "../../../runner/cli/cli.ts";
import { run } from "../../../runner/cli/main.ts";
import type { Roster } from "../../../worker/roster.ts";
import { type Script, type ScriptedController, scriptedController } from "../client/scripted-controller.ts";
import { temporaryFolder } from "../client/temporary-folder.ts";
import { fileState } from "../pools/file-state.ts";

export type Kind = "tty" | "pipe";

export interface Written {
  readonly output: Output;
  readonly text: () => string;
}

/** What is written to a stream, kept whole. A terminal has 80 columns unless told. */
export function written(kind: Kind, columns = 80): Written {
  const parts: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      parts.push(chunk);
      done();
    },
  });
  const output = kind === "tty" ? Object.assign(stream, { isTTY: true, columns }) : stream;
  return { output, text: () => Buffer.concat(parts).toString("utf8") };
}

export const NOW = Date.parse("2026-03-01T12:00:00Z");

export interface StageOptions {
  readonly kind?: Kind;
  readonly columns?: number;
  readonly script?: Script;
  readonly env?: NodeJS.ProcessEnv;
  /** What a person types. */
  readonly answer?: string;
  readonly color?: boolean;
  /** The pools of the Pulumi project in the current folder; no project unless told. */
  readonly pools?: readonly Roster[];
}

export interface Stage extends AsyncDisposable {
  readonly cli: Cli;
  readonly controller: ScriptedController;
  readonly folder: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Presses Ctrl-C. */
  readonly interrupt: () => void;
  /** Runs `lido` with these words. @returns the exit code */
  readonly lido: (...words: readonly string[]) => Promise<number>;
}

export async function stage(options: StageOptions = {}): Promise<Stage> {
  const { kind = "pipe", script = {}, color = false } = options;
  const folder = temporaryFolder();
  const [out, err] = [written(kind, options.columns), written(kind, options.columns)];
  const controlC = [new AbortController(), new AbortController()] as const;
  const stdin: Input = Object.assign(new PassThrough(), kind === "tty" ? { isTTY: true } : {});
  if (options.answer !== undefined) (stdin as unknown as PassThrough).write(options.answer);
  const state = options.pools === undefined ? {} : fileState(folder.path, options.pools);
  const cache = process.env["LIDO_CACHE_DIR"];
  const built = cache === undefined ? {} : { LIDO_CACHE_DIR: cache };
  const cli = createCli({
    stdout: out.output,
    stderr: err.output,
    stdin,
    // What was built once serves here too.
    env: { ...built, LIDO_HOME: folder.path, PULUMI_HOME: folder.path, ...state, ...options.env },
    cwd: folder.path,
    now: () => NOW,
    color,
    interrupted: () => controlC[0].signal,
    interruptedTwice: () => ({ first: controlC[0].signal, again: controlC[1].signal }),
    runHere: () => Promise.reject(new Error("This test runs no program.")),
  });
  const controller = await scriptedController(folder.path, script);
  return {
    cli,
    controller,
    folder: folder.path,
    stdout: out.text,
    stderr: err.text,
    interrupt: () => controlC.find(({ signal }) => !signal.aborted)?.abort(),
    lido: async (...words) => await run(words, { cli, version: "1.2.3" }),
    [Symbol.asyncDispose]: async () => {
      await controller.close();
      folder[Symbol.dispose]();
    },
  };
}
