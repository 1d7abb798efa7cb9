/** Starts the engine search as a process, and lets a test wait for what it says and for its end. */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Tiny } from "./tiny.ts";

export interface SearchEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Search extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly end: Promise<SearchEnd>;
  /** Settles when a line of stderr has this text; rejects when the process ends without it. */
  says(text: string): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("./find-child.ts", import.meta.url));

/** Runs the search with the tiny recipe and environment. */
export function search({ dir, recipe, env }: Tiny): Search {
  const recipeFile = join(dir, "recipe.json");
  writeFileSync(recipeFile, JSON.stringify(recipe));
  const child = spawn(process.execPath, [SCRIPT, recipeFile], { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const { promise: end, resolve } = Promise.withResolvers<SearchEnd>();
  child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  const says = (text: string): Promise<void> => {
    const said = Promise.withResolvers<void>();
    const look = (): void => {
      if (stderr.includes(text)) said.resolve();
    };
    child.stderr.on("data", look);
    void end.then(() => said.reject(new Error(`the search ended without saying "${text}":\n${stderr}`)));
    look();
    return said.promise;
  };
  return {
    process: child,
    end,
    says,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await end;
    },
  };
}
