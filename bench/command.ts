/**
 * Runs one command to its end and says how long it took, from outside. A command is in a session of its own, so that one
 * Ctrl-C is exactly one SIGINT for it; none outlives its time limit.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { ROOT } from "./place.ts";

/** A command of the benchmark did not do what it must; the figures would be worth nothing. */
export class BenchError extends Error {
  override readonly name = "BenchError";
}

export interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Default: the repository's root. */
  readonly cwd?: string;
  /** Sends it one SIGINT. */
  readonly signal?: AbortSignal;
  readonly limitMs?: number;
  /** A line of stdout whose coming is timed. */
  readonly line?: string;
}

export interface Ended {
  /** From the start of the process to its end. */
  readonly ms: number;
  /** From the start of the process until the line had come whole. */
  readonly lineMs?: number;
  readonly stdout: string;
}

const LIMIT_MS = 180_000;

/** @throws BenchError when it ends with anything but 0, BenchError when it outstays its time; the signal's reason */
export async function run(argv: readonly [string, ...string[]], options: CommandOptions): Promise<Ended> {
  options.signal?.throwIfAborted();
  const [command, ...args] = argv;
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: options.env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const said = { stdout: "", stderr: "" };
  let lineMs: number | undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.stdout += text;
    if (options.line !== undefined && hasLine(said.stdout, options.line)) lineMs ??= performance.now() - started;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
  const interrupt = () => child.kill("SIGINT");
  options.signal?.addEventListener("abort", interrupt, { once: true });
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    process.kill(-(child.pid as number), "SIGKILL");
  }, options.limitMs ?? LIMIT_MS);
  try {
    const closed = once(child, "close");
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    const ms = performance.now() - started;
    await closed;
    options.signal?.throwIfAborted();
    if (code !== 0) throw failed(argv, late ? "took too long and was killed" : `ended with ${signal ?? code}`, said);
    return { ms, stdout: said.stdout, ...(lineMs === undefined ? {} : { lineMs }) };
  } finally {
    clearTimeout(limit);
    options.signal?.removeEventListener("abort", interrupt);
  }
}

function hasLine(text: string, line: string): boolean {
  return text.startsWith(`${line}\n`) || text.includes(`\n${line}\n`);
}

function failed(argv: readonly string[], how: string, said: { stdout: string; stderr: string }): BenchError {
  const words = `${said.stdout}${said.stderr}`.trim().split("\n").slice(-15).join("\n");
  return new BenchError(`\`${argv.join(" ")}\` ${how}:\n${words}`);
}
