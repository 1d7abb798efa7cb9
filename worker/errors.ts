/**
 * What can go wrong between here and a worker. `permanent` says whether trying again can help: a changed host key or a
 * refused key never heals by itself, a lost connection may.
 */
import { UserError } from "../spec/errors.ts";

/** The worker could not be reached, or the connection broke: its jobs are UNKNOWN, never failed. */
export class ConnectionError extends UserError {
  override readonly name: string = "ConnectionError";
  readonly permanent: boolean = false;
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { ...options, exitCode: 5 });
  }
}

/** The worker refused our key, or it showed another host key than the pinned one. */
export class AuthenticationError extends UserError {
  override readonly name: string = "AuthenticationError";
  readonly permanent: boolean = true;
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { ...options, exitCode: 4 });
  }
}

/** The worker showed another host key than the pinned one: nothing was sent to it. */
export class HostKeyError extends AuthenticationError {
  override readonly name: string = "HostKeyError";
}

/** The worker has no log of that attempt, or none that can be read. */
export class NoLogError extends UserError {
  override readonly name: string = "NoLogError";
  constructor(reason: string) {
    super(`The log cannot be read: ${reason}`, { exitCode: 3 });
  }
}

/** Messages that are not of the protocol, or of a version this side does not speak. */
export class ProtocolError extends UserError {
  override readonly name: string = "ProtocolError";
  readonly permanent: boolean = false;
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { ...options, exitCode: 1 });
  }
}

/** For a line that only a broken agent would write. */
export function unreadable(line: string): ProtocolError {
  return new ProtocolError(`The worker's agent wrote a line that is not of the protocol: ${JSON.stringify(line)}`);
}

/** Both sides are Lido, of versions that have no form of the protocol in common, or not for what was asked. */
export class VersionError extends ProtocolError {
  override readonly name: string = "VersionError";
  override readonly permanent: boolean = true;
}

/** The worker took nothing: what it was sent could not be written there. */
export class FullDiskError extends ProtocolError {
  override readonly name: string = "FullDiskError";
  constructor() {
    super("The worker's disk is full.");
  }
}

/** Somebody newer took over: nothing of ours is done on this worker any more. */
export class FencedError extends UserError {
  override readonly name: string = "FencedError";
  readonly permanent: boolean = true;
  /** The epoch of who did. */
  readonly seen: number;
  constructor(seen: number) {
    super(`Somebody newer took over this worker: refused fenced ${seen}.`, { exitCode: 8 });
    this.seen = seen;
  }
}
