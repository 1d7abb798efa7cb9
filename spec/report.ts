/**
 * A file's text -> all that can be said of it: whether it is a pool or a job, what it means, every remark and every
 * problem. It never throws for what a user wrote.
 */
import type { Source } from "./check.ts";
import { jobFrom, jobWarnings } from "./job.ts";
import { kindOf } from "./kind.ts";
import { poolFrom, poolWarnings } from "./pool.ts";
import { type Problem, SpecError } from "./problem.ts";
import type { Role } from "./resource-rules.ts";
import type { JobSpec, Parsed, Places, PoolSpec, Warning } from "./types.ts";
import { unfilledWarnings } from "./unfilled.ts";
import { unservedWarnings } from "./unserved.ts";
import { readYaml } from "./yaml.ts";

export interface FileReport {
  readonly file: string;
  /** None when the text could not be read and nobody said what it is. */
  readonly kind?: Role;
  /** Only when nothing is wrong. */
  readonly spec?: PoolSpec | JobSpec;
  /** Beside `spec`. */
  readonly places?: Places;
  readonly warnings: readonly Warning[];
  /** In the order of their places. */
  readonly problems: readonly Problem[];
}

export interface ReportOptions {
  readonly file: string;
  /** What the file is to be read as; by its content unless told. */
  readonly as?: Role | undefined;
}

export function reportOf(text: string, { file, as }: ReportOptions): FileReport {
  const kind = as === undefined ? {} : { kind: as };
  return tried(
    () => {
      const source = readYaml(text, file);
      const role = as ?? kindOf(source.value);
      return read(source, { file, as: role });
    },
    (problems) => ({ file, ...kind, warnings: [], problems }),
  );
}

function read(source: Source, { file, as: kind }: { readonly file: string; readonly as: Role }): FileReport {
  return tried(
    () => ({ file, kind, ...(kind === "pool" ? lookedOver(source) : jobFrom(source)), problems: [] }),
    (problems) => ({
      file,
      kind,
      warnings: kind === "pool" ? poolWarnings(source) : jobWarnings(source),
      problems,
    }),
  );
}

/** Also what it asks for in vain. */
function lookedOver(source: Source): Parsed<PoolSpec> {
  const { warnings, ...pool } = poolFrom(source);
  return {
    ...pool,
    warnings: [...warnings, ...unservedWarnings(pool.spec, source), ...unfilledWarnings(pool.spec, pool.places)],
  };
}

function tried(work: () => FileReport, otherwise: (problems: readonly Problem[]) => FileReport): FileReport {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return otherwise(error.problems);
  }
}
