/** Whether a controller of this user runs: it does when its socket answers. It never starts one. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { socketPath } from "../socket-path.ts";
import { type Connection, openConnection } from "./connection.ts";
import { ControllerGoneError, ControllerStartError } from "./errors.ts";

/** It greets in a millisecond; on a busy computer it may take its time. */
const GREETING_MS = 15_000;

export interface Running {
  readonly connection: Connection;
  readonly pid: number;
  readonly version: string;
}

/** The running controller of any version, or undefined when there is none. @throws ControllerStartError */
export async function connectRunning(home: string): Promise<Connection | undefined> {
  return (await greetRunning(home))?.connection;
}

/** The same, with what it says of itself. @throws ControllerStartError */
export async function greetRunning(home: string, patienceMs = GREETING_MS): Promise<Running | undefined> {
  const connection = await open(home);
  if (connection === undefined) return undefined;
  const late = AbortSignal.timeout(patienceMs);
  try {
    const { pid, version } = await connection.call("hello", {}, { signal: late });
    return { connection, pid, version };
  } catch (error) {
    await connection.close();
    // It ended in this very moment.
    if (error instanceof ControllerGoneError) return undefined;
    if (!late.aborted) throw error;
    throw await silent(home, { seconds: patienceMs / 1000, cause: error });
  }
}

async function open(home: string): Promise<Connection | undefined> {
  const path = socketPath(home);
  try {
    return await openConnection(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ECONNREFUSED") return undefined;
    throw new ControllerStartError(
      `Lido cannot open the controller's socket ${path} (${code ?? String(error)}).\nGive yourself the right to it, or set LIDO_HOME to a folder of your own.`,
      { exitCode: 8, cause: error },
    );
  }
}

async function silent(
  home: string,
  { seconds, cause }: { readonly seconds: number; readonly cause: unknown },
): Promise<ControllerStartError> {
  const pid = await readFile(join(home, "controller", "controller.pid"), "utf8").then(
    (text) => text.trim().split(/\s/)[0],
    () => undefined,
  );
  const way = pid
    ? `If it was stopped, \`kill -CONT ${pid}\` lets it go on; \`kill -9 ${pid}\` ends it, and the next command starts another. Jobs go on either way.`
    : "End its process, and the next command starts another. Jobs go on.";
  return new ControllerStartError(
    `The controller${pid ? ` (process ${pid})` : ""} does not answer: nothing came in ${seconds} s.\n${way}`,
    { exitCode: 9, cause },
  );
}
