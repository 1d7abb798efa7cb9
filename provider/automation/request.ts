/** Decides what `lido pool apply` is asked for: a pool from a file, or another count of a pool that is there. Reads the file only. */
import { homedir } from "node:os";
import { basename, extname, isAbsolute, join, resolve } from "node:path";
import {
  fillEnvironment,
  MOST_WORKERS,
  type PoolSpec,
  readPoolFile,
  refuseMissingFiles,
  type UpdatePolicyArgs,
  UserError,
  withInfra,
  withUpdatePolicy,
} from "../../spec/index.ts";
import { checkName } from "../check.ts";
import { infraOf } from "../machines/infra.ts";

/** What the command line says. */
export interface ApplyFlags {
  readonly file?: string;
  readonly workers?: number;
  readonly name?: string;
  /** In place of what the file says. */
  readonly infra?: string;
  readonly envs?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Laid over the file's own, field by field. */
  readonly updatePolicy?: UpdatePolicyArgs;
}

/** Checked, and plain JSON: it travels to the process that runs the engine. */
export type ApplyRequest =
  | {
      readonly kind: "file";
      readonly pool: string;
      /** Filled, and without its secrets. */
      readonly spec: PoolSpec;
      readonly secrets: Readonly<Record<string, string>>;
      /** What the file says in vain, a line each. */
      readonly remarks: readonly string[];
    }
  | {
      readonly kind: "count";
      readonly pool: string;
      readonly workers: number;
      readonly updatePolicy: UpdatePolicyArgs;
    };

/** @throws UserError in SkyPilot's words where it has them */
export function requestOf(flags: ApplyFlags): ApplyRequest {
  const { file, workers, name, infra, updatePolicy = {} } = flags;
  if (file !== undefined && workers !== undefined) {
    throw new UserError("Cannot specify both --workers and POOL_YAML. Please use one of them.");
  }
  if (file === undefined && workers === undefined) {
    throw new UserError(
      "Name a pool file, or give --workers for a pool that is there: lido pool apply pool.yaml -p gpu-pool",
    );
  }
  if (file === undefined && infra !== undefined) {
    throw new UserError("--infra stands in place of what a file says, and no file was named. Name the pool file too.");
  }
  if (file === undefined) return countOf(workers ?? 0, name, updatePolicy);
  return fileOf(file, flags);
}

function fileOf(file: string, flags: ApplyFlags): ApplyRequest {
  const { name, infra, envs = {}, secrets: given = {}, updatePolicy = {} } = flags;
  const { spec: written, warnings, places } = readPoolFile(file);
  const pool = name ?? written.name ?? basename(file, extname(file));
  checkName(pool);
  const placed = infra === undefined ? written : withInfra(written, infra);
  // Refused before a plan is shown.
  infraOf(placed);
  const filled = fillEnvironment(withUpdatePolicy(placed, updatePolicy), { envs, secrets: given }, places);
  refuseMissingFiles(filled, places);
  const { secrets, ...spec } = withFullPaths(filled);
  const remarks = warnings.map(({ message, place }) =>
    place === undefined ? message : `${place.file}:${place.line}:${place.column}: ${message}`,
  );
  const values = secrets as Readonly<Record<string, string>>;
  return { kind: "file", pool, spec: { ...spec, secrets: {} }, secrets: values, remarks };
}

function countOf(workers: number, name: string | undefined, updatePolicy: UpdatePolicyArgs): ApplyRequest {
  if (name === undefined) throw new UserError("A pool name must be provided to update the number of workers.");
  if (!Number.isInteger(workers) || workers < 0 || workers > MOST_WORKERS) {
    throw new UserError(`--workers must be a whole number from 0 to ${MOST_WORKERS}; got ${workers}.`);
  }
  return { kind: "count", pool: name, workers, updatePolicy };
}

/** The program runs in a folder of ours: what the user wrote counts from where the command was given. */
function withFullPaths(spec: PoolSpec): PoolSpec {
  const { workdir } = spec;
  const fileMounts = spec.fileMounts.map((mount) => ({ ...mount, sources: mount.sources.map(fullPath) }));
  if (workdir === undefined || "url" in workdir) return { ...spec, fileMounts };
  return { ...spec, fileMounts, workdir: { path: fullPath(workdir.path) } };
}

function fullPath(path: string): string {
  if (isAbsolute(path) || /^[a-z0-9]+:\/\//i.test(path)) return path;
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(path);
}
