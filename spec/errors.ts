/**
 * Who is at fault is a class. `UserError` is the base of everything that the user can mend: its message is a sentence
 * (or a few lines) that says what is wrong, where, and what to do instead; `exitCode` is what a command ends with.
 */
export type ExitCode = 1 | 2 | 3 | 4 | 5 | 8 | 9 | 100 | 101 | 102 | 103 | 130;

export class UserError extends Error {
  override readonly name: string = "UserError";
  readonly exitCode: ExitCode;
  /** Where several things are wrong at once: each of them. Else the message alone. */
  readonly texts: readonly string[];
  constructor(message: string | readonly string[], options: UserErrorOptions = {}) {
    const texts = typeof message === "string" ? [message] : message;
    super(texts.join("\n"), options.cause === undefined ? undefined : { cause: options.cause });
    this.texts = texts;
    this.exitCode = options.exitCode ?? 2;
  }
}

export interface UserErrorOptions {
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/** What was named (a pool, a job, a file) does not exist. */
export class NotFoundError extends UserError {
  override readonly name: string = "NotFoundError";
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { ...options, exitCode: 3 });
  }
}

/** Somebody else changes the pool's stack now: Pulumi's engine found its lock. */
export class StackLockedError extends UserError {
  override readonly name = "StackLockedError";
}
