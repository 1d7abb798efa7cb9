/** What the tables of this room share. */
import { SpecError, UserError } from "../../spec/index.ts";

export interface BadFile {
  readonly title: string;
  readonly text: string;
  /** The whole message, line by line. */
  readonly error: readonly string[];
}

/** Exit code and message of the UserError that `run` throws, line by line; anything else fails the test. */
export function refusal(run: () => unknown): readonly (number | string)[] {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return [error.exitCode, ...error.message.split("\n")];
    throw error;
  }
  throw new Error("nothing was refused");
}

/** The SpecError that `run` throws; anything else fails the test. */
export function specErrorOf(run: () => unknown): SpecError {
  try {
    run();
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
