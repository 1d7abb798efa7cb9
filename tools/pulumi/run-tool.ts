/**
 * Runs one program to its end: lines of stderr as they come, stdout as a whole, an abort signal and a time limit that
 * end it with everything it started. Decides nothing about what the end means, and never throws for a failed program.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Tool {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  readonly limitMs?: number;
  readonly onLine?: (line: string) => void;
  /** Whether a line of stderr belongs into the tail that explains a failure. Default: every line. */
  readonly telling?: (line: string) => boolean;
}

export type ToolEnd =
  | { readonly kind: "exited"; readonly code: number; readonly stdout: string; readonly tail: string }
  | { readonly kind: "killed"; readonly by: string; readonly tail: string }
  | { readonly kind: "overdue"; readonly limitMs: number }
  | { readonly kind: "unstartable"; readonly why: string };

const TAIL_LINES = 12;
const GRACE_MS = 5_000;

/** Rejects only with the reason of an aborted signal. */
export async function runTool(tool: Tool): Promise<ToolEnd> {
  tool.signal?.throwIfAborted();
  const child = spawn(tool.command, tool.args, {
    cwd: tool.cwd,
    env: tool.env,
    detached: true, // a process group of its own: compilers and downloads that it starts end with it
    stdio: ["ignore", "pipe", "pipe"],
  });
  const limit = tool.limitMs === undefined ? undefined : AbortSignal.timeout(tool.limitMs);
  const stop = AbortSignal.any([tool.signal, limit].filter((one) => one !== undefined));
  const end = await stopped(child, stop, output(child, tool));
  tool.signal?.throwIfAborted();
  return limit?.aborted && end.kind === "killed" ? { kind: "overdue", limitMs: tool.limitMs ?? 0 } : end;
}

/** Says in one clause what a program's end was, for an error message. */
export function describeEnd(end: ToolEnd): string {
  switch (end.kind) {
    case "exited":
      return `ended with exit code ${end.code}${end.tail === "" ? "" : `:\n${end.tail}`}`;
    case "killed":
      return `was ended by ${end.by}${end.tail === "" ? "" : `:\n${end.tail}`}`;
    case "overdue":
      return `did not end within ${end.limitMs / 1000} s`;
    case "unstartable":
      return `could not be started (${end.why})`;
  }
}

/** Collects what the program prints; the returned promise settles when it has ended and its pipes are closed. */
function output(child: ChildProcess, { onLine, telling }: Tool): Promise<ToolEnd> {
  const { promise, resolve } = Promise.withResolvers<ToolEnd>();
  const tail: string[] = [];
  let stdout = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (telling?.(line) ?? true) tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      onLine?.(line);
    });
  }
  child.once("error", (error) => resolve({ kind: "unstartable", why: error.message }));
  child.once("close", (code, signal) =>
    resolve(
      code === null
        ? { kind: "killed", by: signal ?? "an unknown signal", tail: tail.join("\n") }
        : { kind: "exited", code, stdout, tail: tail.join("\n") },
    ),
  );
  return promise;
}

/** Waits for the end; when `stop` fires, ends the program's whole group, first politely. */
async function stopped(child: ChildProcess, stop: AbortSignal, end: Promise<ToolEnd>): Promise<ToolEnd> {
  let grace: NodeJS.Timeout | undefined;
  const onStop = (): void => {
    killGroup(child, "SIGTERM");
    grace = setTimeout(() => killGroup(child, "SIGKILL"), GRACE_MS);
  };
  stop.addEventListener("abort", onStop, { once: true });
  try {
    return await end;
  } finally {
    stop.removeEventListener("abort", onStop);
    clearTimeout(grace);
  }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // ESRCH: it has already ended
  }
}
