/**
 * Lets a process of its own run the engine (pool-run-main.ts), shows what it says, passes Ctrl-C on: the first stops
 * the change in order, the second at once. Decides nothing about pools.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { extname, join } from "node:path";
import { UserError } from "../../spec/errors.ts";
import { type Cli, note, print } from "./cli.ts";
import { Interrupted } from "./interrupted.ts";
import type { FromRun, PoolTask, ToRun } from "./pool-messages.ts";

export interface RunTask {
  readonly task: PoolTask;
  /** Answers the question that comes after the plan. */
  readonly confirm: () => Promise<boolean>;
  /** The command that goes on with what was stopped; asked when it was. */
  readonly again: () => Promise<string>;
  /** Let go of it as soon as it has begun. */
  readonly detach: boolean;
}

export type TaskOutcome =
  | { readonly kind: "done"; readonly words: readonly string[] }
  | { readonly kind: "declined" }
  /** It goes on without us. */
  | { readonly kind: "detached" };

/** @throws UserError as the engine's process told it; Interrupted after Ctrl-C */
export async function runTask(cli: Cli, options: RunTask): Promise<TaskOutcome> {
  const child = start(cli);
  const say = (message: ToRun): void => void (child.connected && child.send(message, () => {}));
  const { first, again } = cli.interruptedTwice();
  const progress = { begun: false };
  const stop = (): void => {
    if (progress.begun) note(cli, STOPPING);
    say({ kind: "stop" });
  };
  const kill = (): void => {
    note(cli, "Stopping at once.");
    say({ kind: "kill" });
  };
  first.addEventListener("abort", stop, { once: true });
  again.addEventListener("abort", kill, { once: true });
  try {
    say({ kind: "task", task: options.task });
    const outcome = await outcomeOf(cli, child, { ...options, say, progress });
    if (first.aborted && outcome.kind === "declined") throw new Interrupted("\nNothing was done.");
    return outcome;
  } catch (error) {
    if (first.aborted && !(error instanceof Interrupted)) throw await stopped(error, { ...options, ...progress });
    throw error;
  } finally {
    first.removeEventListener("abort", stop);
    again.removeEventListener("abort", kill);
    if (child.connected) child.disconnect();
    child.unref();
  }
}

const STOPPING =
  "\nStopping in order: what is under way on the workers comes to its end, nothing more is begun. Ctrl-C once more stops at once.";

function start(cli: Cli): ChildProcess {
  const entry = join(import.meta.dirname, `pool-run-main${extname(import.meta.filename)}`);
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", entry], {
    cwd: cli.cwd,
    env: { ...cli.env, LIDO_HOME: cli.home },
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

interface Talk {
  readonly say: (message: ToRun) => void;
  readonly progress: { begun: boolean };
}

async function outcomeOf(
  cli: Cli,
  child: ChildProcess,
  { confirm, detach, say, progress }: RunTask & Talk,
): Promise<TaskOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<TaskOutcome>();
  child.once("error", reject);
  child.once("exit", (code, signal) => reject(new UserError(ended(signal ?? `exit code ${code}`), { exitCode: 1 })));
  child.on("message", (message: FromRun) => {
    switch (message.kind) {
      case "line":
        return note(cli, message.text);
      case "word":
        return print(cli, message.text);
      case "ask":
        return void confirm().then((yes) => say({ kind: "answer", yes }), reject);
      case "begun":
        progress.begun = true;
        return detach ? resolve({ kind: "detached" }) : undefined;
      case "failed":
        return reject(errorOf(message));
      case "done":
      case "declined":
        return resolve(message);
    }
  });
  return await promise;
}

function errorOf({ message, stack, exitCode }: Extract<FromRun, { kind: "failed" }>): Error {
  const error = exitCode === undefined ? new Error(message) : new UserError(message, { exitCode });
  error.stack = stack;
  return error;
}

function ended(how: string): string {
  return `The process that ran the engine ended (${how}). What it did stays; give the command again to go on.`;
}

async function stopped(
  cause: unknown,
  { begun, again }: Pick<RunTask, "again"> & { readonly begun: boolean },
): Promise<Interrupted> {
  if (!begun) return new Interrupted("\nNothing was done.");
  const locked = cause instanceof UserError && cause.exitCode === 8 ? `${cause.message}\n` : "";
  return new Interrupted(`${locked}Stopped before it was done. What was done stays; to go on:\n  ${await again()}`);
}
