/** The store could not be read or written. Nothing of what was to be written is there. */
import { UserError } from "../../spec/errors.ts";

export class StoreError extends UserError {
  override readonly name: string = "StoreError";
  /** Whether trying the same again may help: the disk was full, another process had it locked. */
  readonly passing: boolean;
  constructor(message: string, options: { readonly passing: boolean; readonly cause?: unknown }) {
    super(message, { exitCode: 1, cause: options.cause });
    this.passing = options.passing;
  }
}
