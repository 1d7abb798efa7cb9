/**
 * The engine search as a command: progress on stderr, the bin folder on stdout, a signal stops it cleanly. Decides
 * nothing but the exit code: 0, 1 for no engine, 128 + n for signal n.
 */
import { constants } from "node:os";
import { EngineError, findEngine } from "./engine.ts";
import type { Recipe } from "./recipe.ts";

const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs the command and sets the process's exit code. */
export async function runCommand(recipe?: Recipe): Promise<void> {
  const stop = new AbortController();
  for (const name of STOPPING) {
    process.on(name, () => {
      process.exitCode ??= 128 + constants.signals[name];
      stop.abort(new Error(`engine: stopped by ${name}; nothing half-made is left`));
    });
  }
  const report = (line: string): void => console.error(line);
  try {
    const engine = await findEngine({ report, signal: stop.signal, ...(recipe === undefined ? {} : { recipe }) });
    console.log(engine.binDir);
  } catch (error) {
    if (!stop.signal.aborted && !(error instanceof EngineError)) throw error;
    console.error((error as Error).message);
    process.exitCode ??= 1;
  } finally {
    for (const name of STOPPING) process.removeAllListeners(name);
  }
}
