/** What a user reads when there is no engine: what was tried, what failed, and each way out. */
import { UserError } from "../../spec/index.ts";
import type { Recipe } from "./recipe.ts";
import { OLDEST_ENGINE } from "./version.ts";

/** No Pulumi engine could be found or made on this computer. */
export class EngineError extends UserError {
  override readonly name: string = "EngineError";
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { ...options, exitCode: 1 });
  }
}

/** One failed attempt: what was tried, and why it failed. */
export interface Failure {
  readonly way: string;
  readonly why: string;
}

/** The error that names every attempt and the three ways to get the engine. */
export function noEngine(failures: readonly Failure[], recipe: Recipe): EngineError {
  return new EngineError(
    [
      `Lido needs the Pulumi engine (the \`pulumi\` command, ${OLDEST_ENGINE} or newer) and could not get it:`,
      ...failures.map(({ way, why }) => `  - ${way}: ${why.replaceAll("\n", "\n      ")}`),
      "Any one of these is enough; then run the same command again:",
      "  1. install Pulumi yourself, so that `pulumi version` works: https://www.pulumi.com/docs/install/",
      `  2. let this computer reach ${new URL(recipe.installer.probe).origin}, and Lido fetches the engine`,
      `  3. put Go ${recipe.goVersion} or newer on PATH (https://go.dev/dl/), with a Go module proxy it can reach, and Lido builds it`,
    ].join("\n"),
  );
}

/** The cache folder cannot be written. */
export function cacheNotWritable(folder: string, cause: unknown): EngineError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new EngineError(
    `The Pulumi engine is kept in ${folder}, and this folder cannot be written (${why}). Set LIDO_CACHE_DIR to one that can.`,
    { cause },
  );
}
