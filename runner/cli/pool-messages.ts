/**
 * What a pool command and the process that runs the engine for it say to each other, over Node's channel between parent
 * and child: so secrets never touch a command line or a disk. Plain JSON.
 */
import type { ApplyRequest } from "../../provider/index.ts";
import type { ExitCode } from "../../spec/errors.ts";

/** What is to be done; the first message to the child. */
export type PoolTask =
  | {
      readonly action: "apply";
      readonly request: ApplyRequest;
      /** Whether to ask once the plan is known. */
      readonly ask: boolean;
    }
  | { readonly action: "down"; readonly pools: readonly string[] };

export type ToRun =
  | { readonly kind: "task"; readonly task: PoolTask }
  | { readonly kind: "answer"; readonly yes: boolean }
  /** The first Ctrl-C: what is under way comes to its end, and nothing more is begun. */
  | { readonly kind: "stop" }
  /** The second: at once. */
  | { readonly kind: "kill" };

export type FromRun =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "ask" }
  /** The engine has begun to change something: from here on the child needs nobody. */
  | { readonly kind: "begun" }
  /** A part is done: what is printed at once. */
  | { readonly kind: "word"; readonly text: string }
  /** `words`: what is printed. */
  | { readonly kind: "done"; readonly words: readonly string[] }
  | { readonly kind: "declined" }
  /** Without an exit code it is a mistake in Lido itself. */
  | { readonly kind: "failed"; readonly message: string; readonly stack: string; readonly exitCode?: ExitCode };
