/** What can go wrong between a command and the controller. Each message says what to do next. */
import { UserError } from "../../spec/errors.ts";
import type { WireError } from "../api.ts";

/** The connection ended before the answer came. Jobs are not touched by this. */
export class ControllerGoneError extends UserError {
  override readonly name: string = "ControllerGoneError";
  constructor(options: { readonly cause?: unknown } = {}) {
    super(
      "The connection to the controller broke before it answered; running jobs go on.\nSee `lido controller status`, then give the command again.",
      { ...options, exitCode: 5 },
    );
  }
}

/** The controller could not be started. */
export class ControllerStartError extends UserError {
  override readonly name: string = "ControllerStartError";
}

/** It began and ended before it listened. Another start may do better. */
export class ControllerDiedError extends ControllerStartError {
  override readonly name = "ControllerDiedError";
}

/** What the controller answered instead of a result: its own words and its own exit code. */
export class RemoteError extends UserError {
  override readonly name: string;
  constructor(error: WireError) {
    super(error.message, { exitCode: error.exitCode });
    this.name = error.name;
  }
}
