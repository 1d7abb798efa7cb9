/**
 * Makes folders, and says in words why one cannot be made or written to. It makes one level at a time: Node's own
 * recursive `mkdir` never ends where the system says ENOENT below a folder that exists, as in /proc.
 */
import { mkdirSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../spec/errors.ts";

/** Makes it, and those above it that are missing. Idempotent. @throws as `mkdir` does; ENOTDIR below a file */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = [];
  for (let at = path; !isFolder(at); at = dirname(at)) missing.push(at);
  for (const folder of missing.toReversed()) {
    try {
      mkdirSync(folder, { mode });
    } catch (error) {
      // Another process was faster.
      if (codeOf(error) !== "EEXIST" || !isFolder(folder)) throw error;
    }
  }
}

/** False for what is not there. @throws ENOTDIR for a file */
function isFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  if (found.isDirectory()) return true;
  throw Object.assign(new Error(`${path} is not a folder`), { code: "ENOTDIR", path });
}

/** The error in words that fit after a colon, with its code. */
export function folderFault(error: unknown): string {
  const code = codeOf(error);
  const words = code === undefined ? undefined : WORDS[code];
  return words === undefined ? (code ?? String(error)) : `${words} (${code})`;
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: "you have no right to write there",
  EPERM: "you have no right to write there",
  EEXIST: "it is a file, and not a folder",
  ENOTDIR: "it is a file, or lies below one",
  ENOENT: "no folder can be made there",
  ENOSPC: "its disk is full",
  EDQUOT: "your share of its disk is full",
  EROFS: "its file system is read-only",
};

/** What helps against it. */
export function homeRemedy(error: unknown): string {
  switch (codeOf(error)) {
    case "EACCES":
    case "EPERM":
      return "Give yourself the right to write there, or set LIDO_HOME to another folder.";
    case "ENOSPC":
    case "EDQUOT":
      return "Make room there, or set LIDO_HOME to a folder on another disk.";
    default:
      return "Set LIDO_HOME to a folder that you can write to.";
  }
}

/** Lido's folder with those above it. @throws UserError (exit code 8) that says what is wrong with it */
export function makeHome(home: string): void {
  try {
    makeFolder(home, 0o700);
  } catch (error) {
    throw homeError(home, error);
  }
}

/** What there is in its place must be a folder; nothing is made. @throws UserError (exit code 8) */
export function expectNoFile(home: string): void {
  try {
    isFolder(home);
  } catch (error) {
    throw homeError(home, error);
  }
}

export function homeError(home: string, cause: unknown): UserError {
  return new UserError(`Lido cannot write to its folder ${home}: ${folderFault(cause)}.\n${homeRemedy(cause)}`, {
    exitCode: 8,
    cause,
  });
}

/** Whether its disk takes nothing more of this user. */
export function isFull(folder: string): boolean {
  return statfsSync(folder).bavail === 0;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
