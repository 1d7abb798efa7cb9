/** The text of a file that the user named, or in a sentence why it cannot be read. It must never look at what the text means. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "./errors.ts";

/** What a file is read as, for what is said of one that is none. */
export interface TextKind {
  /** `pool or job file` */
  readonly what: string;
  /** What to name instead. */
  readonly advice: string;
}

const LARGEST = 1024 * 1024;

/** Throws UserError (exit code 2). */
export function readText(path: string, kind: TextKind): string {
  if (path === "") throw new UserError(`The name of the file is empty\n  ${kind.advice}`);
  const bytes = readBytes(path, kind);
  if (bytes.length > LARGEST) {
    throw new UserError(`${path} is larger than 1 MB, which no ${kind.what} is\n  ${kind.advice}`);
  }
  const wrong = `${path} is not UTF-8 text\n  save it as UTF-8, or ${kind.advice}`;
  if (isUtf16(bytes)) throw new UserError(wrong);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError(wrong, { cause });
  }
}

/** Also without a byte order mark: each of the first plain letters has a NUL beside it, on the same side. */
function isUtf16(bytes: Buffer): boolean {
  const sides = [0, 2].map((at) => [bytes[at] === 0, bytes[at + 1] === 0].join());
  return bytes.length >= 4 && sides[0] === sides[1] && sides[0] !== "false,false" && sides[0] !== "true,true";
}

/** At most one byte more than the largest file. Files and pipes only: a device might never end. */
function readBytes(path: string, { advice }: TextKind): Buffer {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const stat = fstatSync(file);
    if (stat.isDirectory()) throw new UserError(`${path} is a folder, not a file\n  ${advice}`);
    if (!stat.isFile() && !stat.isFIFO()) throw new UserError(`${path} is a device, not a file\n  ${advice}`);
    return readUpTo(file, LARGEST + 1);
  } catch (cause) {
    throw cause instanceof UserError ? cause : unreadable(path, cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readUpTo(file: number, most: number): Buffer {
  const chunks: Buffer[] = [];
  for (let total = 0; total < most; ) {
    const chunk = Buffer.alloc(65_536);
    const length = readSync(file, chunk);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
    total += length;
  }
  return Buffer.concat(chunks);
}

function unreadable(path: string, cause: unknown): UserError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const full = resolve(path);
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return new UserError(
        `There is no file ${path}${full === path ? "" : ` (looked for ${full})`}\n  check the path and the folder you are in`,
        { cause },
      );
    case "EACCES":
    case "EPERM":
      return notAllowed(path, cause);
    default:
      return new UserError(`${path} cannot be read: ${String(cause)}\n  check the path and the disk`, { cause });
  }
}

/** Whether it is there at all nobody knows who may not enter its folder. */
function notAllowed(path: string, cause: unknown): UserError {
  const full = resolve(path);
  const closed = foldersOf(full).find((folder) => !isOpen(folder));
  const words =
    closed === undefined
      ? `${path} may not be read by you\n  give yourself the right to read it: chmod u+r ${full}`
      : `${path} may not be looked for by you: the folder ${closed} is closed to you\n  give yourself the right to enter it: chmod u+x ${closed}`;
  return new UserError(words, { cause });
}

/** From the root on. */
function foldersOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === path ? [] : [...foldersOf(folder), folder];
}

function isOpen(folder: string): boolean {
  try {
    statSync(`${folder}/.`);
    return true;
  } catch {
    return false;
  }
}
