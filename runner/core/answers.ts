/**
 * Every answer that there can be about an attempt, and its one consequence. Rows: what we believed. Columns: what the
 * worker says, that it stayed silent for longer than the job's policy waits (rules.ts), or that it is gone for good.
 */
import type { OnDisconnect } from "../../spec/index.ts";
import type { AttemptStatus } from "../../worker/index.ts";
import type { AssignedStatus } from "./model.ts";

export type Answer = AttemptStatus["kind"] | "silent" | "gone";

export type Consequence =
  /** Nothing to do: it goes on, or its end will be reported. */
  | "wait"
  /** START did not arrive: send it again to the same worker, which claims it once. */
  | "start-again"
  | "begin"
  | "finish"
  /** It runs without a supervisor: ask again until it is over. */
  | "orphan"
  /** This attempt came to an end that nobody saw, or is given up: RECOVERING. */
  | "lose"
  | "cancel";

type ByPolicy = Readonly<Record<OnDisconnect, Consequence>>;

/** One consequence, or one for each policy where they differ. */
export const CONSEQUENCES: Readonly<Record<AssignedStatus, Readonly<Record<Answer, Consequence | ByPolicy>>>> = {
  STARTING: {
    never: "start-again",
    running: "begin",
    done: "finish",
    void: "cancel",
    orphan: "orphan",
    lost: "lose",
    silent: { wait: "wait", lease: "lose", eager: "lose" },
    gone: "lose",
  },
  RUNNING: {
    /** It ran, and the worker knows nothing of it: its directory was wiped. */
    never: "lose",
    running: "wait",
    done: "finish",
    void: "lose",
    orphan: "orphan",
    lost: "lose",
    silent: { wait: "wait", lease: "lose", eager: "lose" },
    gone: "lose",
  },
  CANCELLING: {
    /** The cancel is sent again after a while (on-tick.ts). */
    never: "wait",
    running: "wait",
    done: "finish",
    void: "cancel",
    orphan: "wait",
    lost: "cancel",
    /** Only a lease that ran out proves that nothing of it is left. */
    silent: { wait: "wait", lease: "cancel", eager: "wait" },
    gone: "cancel",
  },
};

export function consequenceOf(believed: AssignedStatus, answer: Answer, policy: OnDisconnect): Consequence {
  const found = CONSEQUENCES[believed][answer];
  return typeof found === "string" ? found : found[policy];
}
