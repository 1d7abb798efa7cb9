/**
 * The process that runs the engine for `lido pool apply` and `down`. It leads a session of its own, so a Ctrl-C in the
 * terminal reaches the engine only when the command passes it on, and exactly once; and it outlives the command, so a
 * closed terminal, or `--async`, leaves no pool half-made. What it says also goes to its log.
 */
import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { applyPool, downPool } from "../../provider/index.ts";
import { StackLockedError, UserError } from "../../spec/errors.ts";
import { makeFolder } from "../../worker/folder.ts";
import { lidoHome } from "../../worker/home.ts";
import { causeChain } from "./exit.ts";
import { whoHasStack } from "./pool-guard.ts";
import type { FromRun, PoolTask, ToRun } from "./pool-messages.ts";
import { forgetRun, type PoolRun, runLog, writeRun } from "./pool-runs.ts";

/** Milliseconds that an engine which was told twice is given to end by itself. */
const KILL_MS = 5_000;
/** Milliseconds after which it has surely heard the first time. */
const HEARD_MS = 300;

const home = lidoHome();
const stop = new AbortController();
const answers: ((yes: boolean) => void)[] = [];

function tell(message: FromRun): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

function onMessage(message: ToRun): void {
  switch (message.kind) {
    case "task":
      return void runTask(message.task);
    case "answer":
      return answers.shift()?.(message.yes);
    case "stop":
      refuse();
      return stop.abort();
    case "kill":
      return killEngine();
  }
}

function refuse(): void {
  for (const answer of answers.splice(0)) answer(false);
}

/**
 * The engine and what it started are in this process's group. The second SIGINT that the engine hears ends it in the middle
 * of a step; two at once would be one.
 */
function killEngine(): void {
  const interrupt = (): void => void process.kill(-process.pid, "SIGINT");
  interrupt();
  setTimeout(interrupt, HEARD_MS).unref();
  setTimeout(() => process.kill(-process.pid, "SIGKILL"), KILL_MS).unref();
}

async function ask(): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  answers.push(resolve);
  tell({ kind: "ask" });
  return await promise;
}

async function runTask(task: PoolTask): Promise<void> {
  const runs = new Runs(task);
  const report = (line: string): void => {
    runs.log(line);
    tell({ kind: "line", text: line });
  };
  try {
    tell(task.action === "apply" ? await apply(task, runs, report) : await down(task, runs, report));
  } catch (thrown) {
    const error = diskError(thrown) ?? (await lockedError(thrown, task)) ?? thrown;
    const message = messageOf(error);
    runs.log(`Error: ${message}`);
    await runs.end(stop.signal.aborted ? "stopped" : "failed", firstReason(message));
    const stack = causeChain(error).join("\n");
    tell({ kind: "failed", message, stack, ...(error instanceof UserError ? { exitCode: error.exitCode } : {}) });
  }
  await runs.close();
  process.disconnect();
}

/** The engine has no code for it, only words, somewhere in a long output. */
function diskError(error: unknown): UserError | undefined {
  if (!/no space left on device|ENOSPC/.test(messageOf(error))) return undefined;
  return new UserError(
    `The disk of Lido's folder ${home}, or of the temp folder, is full: what the engine did last is not saved.\nMake room there and give the command again.`,
    { exitCode: 8, cause: error },
  );
}

async function lockedError(error: unknown, task: PoolTask): Promise<UserError | undefined> {
  if (!(error instanceof StackLockedError) || task.action !== "apply") return undefined;
  return await whoHasStack(home, task.request.pool, error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `Applying pool 'x' failed:` says less than what comes under it. */
function firstReason(message: string): string {
  const [first = "", second] = message.split("\n");
  return first.endsWith(":") && second !== undefined ? second.trim() : first;
}

type Report = (line: string) => void;

async function apply(task: PoolTask & { action: "apply" }, runs: Runs, report: Report): Promise<FromRun> {
  const { request } = task;
  const onBegin = (): void => void runs.begin(request.pool).then(() => tell({ kind: "begun" }));
  const confirm = task.ask ? { confirm: ask } : {};
  const result = await applyPool({ request, report, onBegin, ...confirm, signal: stop.signal });
  switch (result.kind) {
    case "declined":
      return { kind: "declined" };
    case "unchanged":
      return { kind: "done", words: [] };
    case "created":
    case "updated":
  }
  runs.log(result.message);
  await runs.end("succeeded", "");
  return { kind: "done", words: [result.message] };
}

async function down(task: PoolTask & { action: "down" }, runs: Runs, report: Report): Promise<FromRun> {
  const { pools } = task;
  const onBegin = (pool: string): void => void runs.begin(pool).then(() => tell({ kind: "begun" }));
  const onDone = (pool: string): void => {
    void runs.forget(pool);
    tell({ kind: "word", text: `Pool '${pool}' is down.` });
  };
  const onFail = (pool: string, error: unknown): void => void runs.fail(pool, error);
  await downPool({ names: pools, report, onBegin, onDone, onFail, signal: stop.signal });
  return { kind: "done", words: [] };
}

/** The records and logs of this process, one change at a time. */
class Runs {
  readonly #action: PoolRun["action"];
  #now: { readonly run: PoolRun; readonly log: WriteStream } | undefined;
  /** Writes follow one another. */
  #written: Promise<void> = Promise.resolve();

  constructor({ action }: PoolTask) {
    this.#action = action;
  }

  log(line: string): void {
    this.#now?.log.write(`${new Date().toISOString()} ${line}\n`);
  }

  begin(pool: string): Promise<void> {
    const log = runLog(home, pool);
    makeFolder(dirname(log), 0o700);
    const run = { pool, action: this.#action, pid: process.pid, beganAt: Date.now(), log };
    this.#now = { run, log: createWriteStream(log, { mode: 0o600 }) };
    return this.#write(() => writeRun(home, run));
  }

  /** Nothing when nothing was begun: what failed before is told by the command alone. */
  end(how: NonNullable<PoolRun["end"]>["how"], why: string): Promise<void> {
    const run = this.#now?.run;
    return run === undefined
      ? Promise.resolve()
      : this.#write(() => writeRun(home, { ...run, end: { at: Date.now(), how, why } }));
  }

  /** The next one is gone on with. */
  async fail(pool: string, error: unknown): Promise<void> {
    if (this.#now?.run.pool !== pool) return;
    const message = messageOf(error);
    this.log(`Error: ${message}`);
    const written = this.end("failed", firstReason(message));
    this.#leave();
    await written;
  }

  forget(pool: string): Promise<void> {
    this.#leave();
    return this.#write(() => forgetRun(home, pool));
  }

  #leave(): void {
    this.#now?.log.end();
    this.#now = undefined;
  }

  async close(): Promise<void> {
    await this.#written;
    const log = this.#now?.log;
    if (log !== undefined) await once(log.end(), "close");
  }

  #write(work: () => Promise<void>): Promise<void> {
    this.#written = this.#written.then(work);
    return this.#written;
  }
}

process.on("message", onMessage);
// Nobody can answer any more. What was begun goes on.
process.on("disconnect", refuse);
// From `kill`: stops in order; the command's own Ctrl-C comes as a message.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
