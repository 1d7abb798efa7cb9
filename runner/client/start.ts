/**
 * Starts the controller as a process of its own and waits until it listens, or says why it died. It never looks at
 * versions and never stops a controller that serves: see controller.ts.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { folderFault, homeRemedy, isFull, makeFolder } from "../../worker/folder.ts";
import { parseJsonLine } from "../json-line.ts";
import type { Connection } from "./connection.ts";
import { ControllerDiedError, ControllerStartError } from "./errors.ts";
import { greetRunning } from "./running.ts";
import { hasYielded } from "./yield.ts";

export interface StartOptions {
  /** Lido's folder: see lidoHome(). */
  readonly home: string;
  /** The program of the controller; the one of this package unless told. */
  readonly entry?: string;
}

/** Milliseconds that a controller is given to listen. */
const LISTEN_MS = 20_000;
/** Milliseconds between two looks at the socket. */
const LOOK_MS = 15;

/**
 * What Node runs a controller with. node:sqlite still calls itself experimental in Node 22. What a controller makes is
 * forgotten soon, and with more room for the young it would keep hundreds of megabytes that it does not need.
 */
export const NODE_OPTIONS: readonly string[] = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=4"];

/** @throws ControllerDiedError with its last words; ControllerStartError with the folder that is not writable, say. */
export async function startController(options: StartOptions): Promise<Connection> {
  const log = join(options.home, "controller", "controller.log");
  const before = prepareHome(options.home, log);
  const child = spawnDetached(options, log);
  let end: End | undefined;
  child.once("error", (error) => (end = { how: error.message }));
  child.once("exit", (code, signal) => (end = signal === null ? { how: `exit code ${code}` } : { signal }));
  const deadline = Date.now() + LISTEN_MS;
  while (Date.now() < deadline) {
    // Another command may have started one at the same moment: ours then leaves with code 0, and theirs will answer.
    const running = await greetRunning(options.home);
    if (running !== undefined && (running.pid === child.pid || (await hasYielded(child, running.connection))))
      return running.connection;
    if (end !== undefined && end.how !== "exit code 0") throw died(end, log, ownWords(child, log, before));
    await delay(LOOK_MS);
  }
  throw new ControllerStartError(`The controller did not listen within ${LISTEN_MS / 1000} s.\nIts log: ${log}`, {
    exitCode: 9,
  });
}

/** Makes Lido's folder and says how long the log is before the start. */
function prepareHome(home: string, log: string): number {
  try {
    makeFolder(dirname(log), 0o700);
    closeSync(openSync(log, "a", 0o600));
    return statSync(log).size;
  } catch (error) {
    throw new ControllerStartError(
      `Lido cannot write to its folder ${home}: ${folderFault(error)}.\n${homeRemedy(error)}`,
      { exitCode: 8, cause: error },
    );
  }
}

function spawnDetached(options: StartOptions, log: string): ChildProcess {
  const entry = options.entry ?? join(import.meta.dirname, "..", "controller", `main${extname(import.meta.filename)}`);
  const output = openSync(log, "a", 0o600);
  try {
    const child = spawn(process.execPath, [...NODE_OPTIONS, entry], {
      cwd: options.home,
      detached: true,
      stdio: ["ignore", output, output],
      env: { ...process.env, LIDO_HOME: options.home },
    });
    child.unref();
    return child;
  } finally {
    closeSync(output);
  }
}

interface End {
  readonly how?: string;
  readonly signal?: NodeJS.Signals;
}

function died({ how, signal }: End, log: string, words: Words): ControllerStartError {
  // What a full disk lets SQLite and Node say, where the log still takes it.
  if (isFull(dirname(log)) || /disk is full|no space left/i.test(`${words.logged} ${words.thrown}`))
    return new ControllerStartError(
      `The controller cannot start: the disk of ${dirname(log)} is full.\nMake room there, or set LIDO_HOME to a folder on another disk.`,
      { exitCode: 8 },
    );
  const text =
    signal === undefined
      ? `The controller ended at once (${how}): ${words.logged || words.thrown || "it said nothing."}\nIts log: ${log}`
      : `The controller was killed by ${signal} while it started${words.logged && `: ${words.logged}`}; running jobs go on.\nGive the command again. Its log: ${log}`;
  return new ControllerDiedError(text, { exitCode: 1 });
}

interface Words {
  /** The last error that it logged; "" for none. */
  readonly logged: string;
  /** What is no line of the log: its error line, else its last line. Nobody can say for sure that it is its own. */
  readonly thrown: string;
}

/** Others may write to the same log at the same time: only lines with its pid are its own. */
function ownWords({ pid }: ChildProcess, log: string, before: number): Words {
  const text = readFileSync(log).subarray(before).toString("utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const entries = lines.map((line) => parseJsonLine(line) as Entry | undefined);
  const error = entries.findLast((entry) => entry !== undefined && entry.pid === pid && (entry.level ?? 0) >= ERROR);
  const plain = lines.filter((line) => !line.startsWith("{"));
  const thrown = plain.findLast((line) => /^\w*Error\b.*: /.test(line));
  return { logged: error?.err?.message ?? error?.msg ?? "", thrown: thrown ?? plain.at(-1) ?? "" };
}

const ERROR = 50;

interface Entry {
  readonly pid?: number;
  readonly level?: number;
  readonly msg?: string;
  readonly err?: { readonly message?: string };
}
