/** The words of the engine search. Values only; nothing here looks at the machine. */

/** Where an engine came from: the user's own, Pulumi's installer, or a build from Go modules. */
export type EngineSource = "path" | "installer" | "build";

/** A Pulumi engine that is there and complete: the CLI, the Node.js language plugin and the dynamic provider plugin. */
export interface Engine {
  /** The folder to put first on PATH. */
  readonly binDir: string;
  /** The `pulumi` command, as an absolute path. */
  readonly command: string;
  /** Version without a leading v, such as `3.259.0`. */
  readonly version: string;
  readonly source: EngineSource;
}

/** What every attempt is given: where its progress goes, what stops it, and the environment that it may look at. */
export interface Context {
  readonly report: (line: string) => void;
  readonly signal: AbortSignal | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** One way to get the engine: it worked, or one clause says why not (it ends up in the final error). */
export type Attempt = { readonly kind: "made" } | { readonly kind: "failed"; readonly why: string };

export const made: Attempt = { kind: "made" };
export const failed = (why: string): Attempt => ({ kind: "failed", why });
