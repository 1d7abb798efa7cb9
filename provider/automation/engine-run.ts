/** Runs one operation of the engine: passes on what the provider says, and turns a failure into the sentences that it gave. */
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { UserError } from "../../spec/index.ts";
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
}

/** @throws UserError with the engine's own reasons */
export async function runEngine<T>(
  { stack }: PoolStack,
  { what, report, onBegin }: RunWords,
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
  try {
    return await run({ onEvent });
  } catch (error) {
    const { ConcurrentUpdateError } = await import("@pulumi/pulumi/automation/index.js");
    if (error instanceof ConcurrentUpdateError) throw locked(what, stack.name, error);
    const known = reasons.filter((reason) => !reason.startsWith("update failed") && reason !== "");
    if (known.length === 0) throw error;
    throw new UserError(`${what} failed:\n${[...new Set(known)].join("\n")}`, { exitCode: 1, cause: error });
  }
}

function locked(what: string, stack: string, cause: Error): UserError {
  return new UserError(
    `${what} failed: the stack ${stack} is being changed by somebody else, or a change of it was killed. Wait until it is done; if nothing runs any more: pulumi cancel --stack ${stack}`,
    { exitCode: 8, cause },
  );
}

/** A partial failure comes as `2 errors occurred:` and a list. */
function reasonIn(text: string): string {
  return text
    .replace(/^\d+ errors? occurred:\s*/, "")
    .replaceAll(/^\t?\* /gm, "")
    .trim();
}

/** The engine marks colours as `<{%fg 1%}>`. */
function plain(message: string): string {
  return message.replaceAll(/<\{%.*?%\}>/g, "");
}
