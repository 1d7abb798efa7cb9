/** The only file of this room that touches a disk: reads a pool, job or hosts file, or says in a sentence why it cannot; looks whether files are there. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "./errors.ts";
import { type Inventories, parseInventories } from "./inventory.ts";
import { parseJob } from "./job.ts";
import { type Look, missingFiles } from "./missing-files.ts";
import { parsePool } from "./pool.ts";
import { SpecError, warning } from "./problem.ts";
import { type FileReport, type ReportOptions, reportOf } from "./report.ts";
import type { JobSpec, Parsed, Places, PoolSpec } from "./types.ts";

const LARGEST = 1024 * 1024;

/** Throws UserError (exit code 2) when the file can't be read, SpecError when something in it is wrong. */
export const readPoolFile = (path: string): Parsed<PoolSpec> => parsePool(readText(path, "pool.yaml"), { file: path });

/** Throws UserError (exit code 2) when the file can't be read, SpecError when something in it is wrong. */
export const readJobFile = (path: string): Parsed<JobSpec> => parseJob(readText(path, "job.yaml"), { file: path });

/** Throws UserError (exit code 2) when the file can't be read, SpecError when something in it is wrong. */
export const readInventoryFile = (path: string): Inventories =>
  parseInventories(readText(path, "hosts.yaml"), { file: path });

/** Throws SpecError that names each local file of a pool that is not there, at its place. The environment is filled. */
export function refuseMissingFiles(spec: PoolSpec, places: Places): void {
  const missing = missingFiles(spec, places, (path) => lookAt(path, process.cwd()));
  if (missing.length > 0) throw new SpecError(missing);
}

export interface FileReportOptions extends Omit<ReportOptions, "file"> {
  /** From where relative paths in the file count. */
  readonly cwd: string;
}

/** All that can be said of a pool or job file. Never throws for what a user wrote, nor for a file that can't be read. */
export function reportOnFile(path: string, options: FileReportOptions): FileReport {
  try {
    return withMissingFiles(reportOf(readText(path, "pool.yaml"), { file: path, ...options }), options.cwd);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [message = "", ...advice] = error.message.split("\n");
    const where = { kind: "path", root: path, path: "" } as const;
    const problem = { where, message, advice: advice.join(" ").trim() };
    return { file: path, warnings: [], problems: [problem], ...(options.as === undefined ? {} : { kind: options.as }) };
  }
}

/** A file that is not there may come later: that is a remark. */
function withMissingFiles(report: FileReport, cwd: string): FileReport {
  const { spec, places, warnings } = report;
  if (spec?.kind !== "pool" || places === undefined) return report;
  const missing = missingFiles(spec, places, (path) => lookAt(path, cwd));
  return { ...report, warnings: [...warnings, ...missing.map(({ message, where }) => warning(message, where))] };
}

function lookAt(path: string, cwd: string): ReturnType<Look> {
  const full = path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(cwd, path);
  const found = statSync(full, { throwIfNoEntry: false });
  return found && (found.isDirectory() ? "folder" : "file");
}

function readText(path: string, example: string): string {
  const bytes = readBytes(path, example);
  if (bytes.length > LARGEST) {
    throw new UserError(
      `${path} is larger than 1 MB, which no pool or job file is\n  name a YAML file such as ${example}`,
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError(`${path} is not UTF-8 text\n  save it as UTF-8, or name a YAML file such as ${example}`, {
      cause,
    });
  }
}

/** At most one byte more than the largest file. Files and pipes only: a device might never end. */
function readBytes(path: string, example: string): Buffer {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const kind = fstatSync(file);
    if (kind.isDirectory())
      throw new UserError(`${path} is a folder, not a file\n  name a YAML file such as ${example}`);
    if (!kind.isFile() && !kind.isFIFO()) {
      throw new UserError(`${path} is a device, not a file\n  name a YAML file such as ${example}`);
    }
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
        `There is no file ${path} (looked for ${full})\n  check the path and the folder you are in`,
        { cause },
      );
    case "EACCES":
    case "EPERM":
      return new UserError(`${path} may not be read by you\n  give yourself the right to read it: chmod u+r ${full}`, {
        cause,
      });
    default:
      return new UserError(`${path} cannot be read: ${String(cause)}\n  check the path and the disk`, { cause });
  }
}
