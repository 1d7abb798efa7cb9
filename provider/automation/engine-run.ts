/** Runs one operation of the engine: passes on what the provider says, and turns a failure into the sentences that it gave. */
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { StackLockedError, UserError } from "../../spec/index.ts";
import { quote } from "../../worker/index.ts";
import { holdStopLine } from "../stop-line.ts";
import type { PoolStack } from "./workspace.ts";

export interface RunHooks {
  readonly onEvent: (event: EngineEvent) => void;
}

export interface RunWords {
  /** Such as `Applying pool 'X'`. */
  readonly what: string;
  readonly report: (line: string) => void;
  /** Told once, when the engine has the stack for itself and begins. */
  readonly onBegin?: () => void;
  /** Asks the provider to begin no more steps; the engine ends when it has answered. */
  readonly signal?: AbortSignal;
}

/** @throws UserError with the engine's own reasons */
export async function runEngine<T>(
  open: PoolStack,
  { what, report, onBegin, signal }: RunWords,
  run: (hooks: RunHooks) => Promise<T>,
): Promise<T> {
  const reasons: string[] = [];
  // The plan is told by each phase of the engine anew.
  const told = new Set([""]);
  let hasBegun = false;
  const onEvent = ({ preludeEvent, diagnosticEvent: news }: EngineEvent): void => {
    if (preludeEvent !== undefined && !hasBegun) {
      hasBegun = true;
      onBegin?.();
    }
    if (news === undefined || news.ephemeral === true) return;
    const text = plain(news.message).trimEnd();
    if (news.severity === "error") reasons.push(reasonIn(text));
    if ((news.severity === "info" || news.severity === "info#err") && !told.has(text)) report(text);
    told.add(text);
  };
  await using line = await holdStopLine(signal);
  Object.assign(open.stack.workspace.envVars, line.env);
  try {
    return await run({ onEvent });
  } catch (error) {
    const { ConcurrentUpdateError } = await import("@pulumi/pulumi/automation/index.js");
    if (error instanceof ConcurrentUpdateError) throw locked(what, open, error);
    const known = reasons.filter((reason) => !reason.startsWith("update failed") && reason !== "");
    if (known.length === 0 && wasKilled(error)) throw killed(what, error);
    if (known.length === 0) throw error;
    throw new UserError(`${what} failed:\n${[...new Set(known)].join("\n")}`, { exitCode: 1, cause: error });
  }
}

function locked(what: string, { stack, backend, projectDir }: PoolStack, cause: Error): StackLockedError {
  const place = Object.entries(backend.pointerEnv).map(([name, value]) => `${name}=${quote(value)} `);
  const free = `cd ${quote(projectDir)} && ${place.join("")}pulumi cancel --yes --stack ${stack.name}`;
  return new StackLockedError(
    `${what} failed: the stack ${stack.name} is being changed by somebody else, or a change of it was killed on another computer. Wait until it is done; if nothing runs any more:\n  ${free}`,
    { exitCode: 8, cause },
  );
}

/** The Automation API has that code for a process that ended without one. */
function wasKilled(error: unknown): boolean {
  return (error as { readonly commandResult?: { readonly code?: unknown } }).commandResult?.code === -2;
}

function killed(what: string, cause: unknown): UserError {
  return new UserError(
    `${what} failed: the Pulumi engine was killed before it was done. What was done stays; give the same command again to go on.`,
    { exitCode: 1, cause },
  );
}

/** A partial failure comes as `2 errors occurred:` and a list; what `check` refuses has the resource's type before it. */
function reasonIn(text: string): string {
  return text
    .replace(/^\S*lido:WorkerPool resource '.*?' has a problem: /, "")
    .replace(/^\d+ errors? occurred:\s*/, "")
    .replaceAll(/^\t?\* /gm, "")
    .trim();
}

/** The engine marks colours as `<{%fg 1%}>`. */
function plain(message: string): string {
  return message.replaceAll(/<\{%.*?%\}>/g, "");
}
