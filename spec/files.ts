/** Reads a pool, job or hosts file from a disk, and looks whether the files that it names are there. */
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "./errors.ts";
import { type Inventories, parseInventories } from "./inventory.ts";
import { parseJob } from "./job.ts";
import { type Look, missingFiles } from "./missing-files.ts";
import { parsePool } from "./pool.ts";
import { SpecError, warning } from "./problem.ts";
import { readText, type TextKind } from "./read-text.ts";
import { type FileReport, type ReportOptions, reportOf } from "./report.ts";
import type { JobSpec, Parsed, Places, PoolSpec } from "./types.ts";

/** Throws UserError (exit code 2) when the file can't be read, SpecError when something in it is wrong. */
export const readPoolFile = (path: string): Parsed<PoolSpec> =>
  parsePool(readText(path, yamlFile("pool.yaml")), { file: path });

/** Throws UserError (exit code 2) when the file can't be read, SpecError when something in it is wrong. */
export const readJobFile = (path: string): Parsed<JobSpec> =>
  parseJob(readText(path, yamlFile("job.yaml")), { file: path });

/** Throws UserError (exit code 2) when the file can't be read, SpecError when something in it is wrong. */
export const readInventoryFile = (path: string): Inventories =>
  parseInventories(readText(path, yamlFile("hosts.yaml")), { file: path });

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
    return withMissingFiles(reportOf(readText(path, yamlFile("pool.yaml")), { file: path, ...options }), options.cwd);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [message = "", ...advice] = error.message.split("\n");
    // The sentence names the file itself.
    const where = { kind: "path", root: "", path: "" } as const;
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

const yamlFile = (example: string): TextKind => ({
  what: "pool or job file",
  advice: `name a YAML file such as ${example}`,
});
