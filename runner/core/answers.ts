/**
 * Every answer that a worker can give about an attempt, and its one consequence. Rows: what we believed. Columns: what
 * the worker says.
 */
import type { AttemptStatus } from "../../worker/index.ts";
import type { AssignedStatus } from "./model.ts";

export type Consequence =
  /** Nothing to do: it goes on, or its end will be reported. */
  | "wait"
  /** START did not arrive: send it again to the same worker, which claims it once. */
  | "start-again"
  | "begin"
  | "finish"
  /** It runs without a supervisor: ask again until it is over. */
  | "orphan"
  /** This attempt came to an end that nobody saw: RECOVERING. */
  | "lose"
  | "cancel";

export const CONSEQUENCES: Readonly<Record<AssignedStatus, Readonly<Record<AttemptStatus["kind"], Consequence>>>> = {
  STARTING: {
    never: "start-again",
    running: "begin",
    done: "finish",
    void: "cancel",
    orphan: "orphan",
    lost: "lose",
  },
  RUNNING: {
    /** It ran, and the worker knows nothing of it: its directory was wiped. */
    never: "lose",
    running: "wait",
    done: "finish",
    void: "lose",
    orphan: "orphan",
    lost: "lose",
  },
  CANCELLING: {
    /** The cancel is sent again after a while (on-tick.ts). */
    never: "wait",
    running: "wait",
    done: "finish",
    void: "cancel",
    orphan: "wait",
    lost: "cancel",
  },
};
