/** A command's world in a test with everything real: a controller in this process, workers behind SSH, a stack's state. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { createCli, type Output } from "../../../runner/cli/cli.ts";
import { run } from "../../../runner/cli/main.ts";
import { packageVersion } from "../../../runner/client/index.ts";
import type { Controller } from "../../../runner/controller/index.ts";
import type { Roster } from "../../../worker/index.ts";
import type { TestWorker } from "../../support/local-worker.ts";
import { type Home, makeHome, rosterOf, startController, startWorker } from "../controller/harness.ts";
import { fileState } from "../pools/file-state.ts";
import { type Kind, written } from "./stage.ts";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RealStage extends AsyncDisposable {
  readonly home: string;
  readonly workers: readonly TestWorker[];
  readonly roster: Roster;
  readonly lido: (...words: readonly string[]) => Promise<Ended>;
  /** As `lido`, where the stack of the current folder has other pools. */
  readonly withPools: (pools: readonly Roster[], ...words: readonly string[]) => Promise<Ended>;
  /** A command that is under way; `interrupt` presses Ctrl-C. */
  readonly start: (kind: Kind, ...words: readonly string[]) => Running;
}

export interface Running {
  readonly ended: Promise<Ended>;
  readonly interrupt: () => void;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** `gpu-pool` with so many workers. */
export async function realStage(count: number): Promise<RealStage> {
  const home = makeHome();
  const workers = await Promise.all(Array.from({ length: count }, (_, index) => startWorker(index + 1)));
  const controller = await startController(home, { version: packageVersion() });
  const roster = rosterOf(home, workers);
  const start: RealStage["start"] = (kind, ...words) => startCommand(home, { kind, pools: [roster], words });
  return {
    home: home.path,
    workers,
    roster,
    start,
    withPools: (pools, ...words) => startCommand(home, { kind: "pipe", pools, words }).ended,
    lido: (...words) => start("pipe", ...words).ended,
    [Symbol.asyncDispose]: () => end(home, controller, workers),
  };
}

interface CommandParts {
  readonly kind: Kind;
  readonly pools: readonly Roster[];
  readonly words: readonly string[];
}

function startCommand(home: Home, { kind, pools, words }: CommandParts): Running {
  const [out, err] = [written(kind), written(kind)];
  const controlC = new AbortController();
  const cli = createCli({
    stdout: out.output,
    stderr: err.output,
    stdin: new PassThrough(),
    env: { LIDO_HOME: home.path, PULUMI_HOME: home.path, ...fileState(home.path, pools) },
    cwd: home.path,
    now: Date.now,
    color: false,
    interrupted: () => controlC.signal,
    interruptedTwice: () => ({ first: controlC.signal, again: controlC.signal }),
    runHere: (program, args) => runInto(out.output, err.output, { program, args }),
  });
  const ended = run(words, { cli, version: packageVersion() });
  return {
    ended: ended.then((code) => ({ code, stdout: out.text(), stderr: err.text() })),
    interrupt: () => controlC.abort(),
    stdout: out.text,
    stderr: err.text,
  };
}

interface Program {
  readonly program: string;
  readonly args: readonly string[];
}

/** A program whose terminal is the one of the test. */
async function runInto(stdout: Output, stderr: Output, { program, args }: Program): Promise<number> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.pipe(stdout, { end: false });
  child.stderr.pipe(stderr, { end: false });
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? 1;
}

async function end(home: Home, controller: Controller, workers: readonly TestWorker[]): Promise<void> {
  await controller[Symbol.asyncDispose]();
  for (const worker of workers) await worker[Symbol.asyncDispose]();
  home[Symbol.dispose]();
}
