/**
 * The Pulumi program of the repository root, and of anybody who wants pools by configuration alone: declares the pools
 * that the stack's config names.
 *
 *     pulumi config set poolFile examples/mandelbrot/pool.yaml      one pool
 *     pulumi config set workers 5                                   optional, as are poolName, envs.NAME, secrets.NAME (--path)
 *     pulumi config set --path pools.big.poolFile big.yaml          several
 */
import { basename, extname, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { readPoolFile, type UpdatePolicyArgs, UserError } from "../spec/index.ts";
import { type PoolOverrides, WorkerPool } from "./resource.ts";

interface Entry {
  readonly poolFile: string;
  readonly workers?: number;
  readonly envs?: Readonly<Record<string, string>>;
  readonly updatePolicy?: UpdatePolicyArgs;
}

const config = new pulumi.Config();

function declared(): Record<string, Entry> {
  const several = config.getObject<Record<string, Entry>>("pools");
  if (several !== undefined) return several;
  const poolFile = config.get("poolFile");
  if (poolFile === undefined) {
    throw new pulumi.RunError(
      "This stack names no pool. Name its file: pulumi config set poolFile examples/mandelbrot/pool.yaml",
    );
  }
  const workers = config.getNumber("workers");
  const envs = config.getObject<Record<string, string>>("envs");
  const updatePolicy = config.getObject<UpdatePolicyArgs>("updatePolicy");
  const name = config.get("poolName") ?? nameIn(poolFile);
  return { [name]: { poolFile, ...given({ workers, envs, updatePolicy }) } };
}

/** What the file calls itself, else the file's own name. */
function nameIn(poolFile: string): string {
  try {
    return readPoolFile(path(poolFile)).spec.name ?? basename(poolFile, extname(poolFile));
  } catch (error) {
    if (error instanceof UserError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

/** As the user meant it: from the project's folder, in which `pulumi` ran. */
function path(poolFile: string): string {
  return resolve(poolFile);
}

function given<T extends object>(fields: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };
}

const secrets = config.getSecretObject<Record<string, string>>("secrets");

/** Name -> how many workers it has, and of which generation. */
export const pools = Object.fromEntries(
  Object.entries(declared()).map(([name, { poolFile, ...entry }]) => {
    const overrides: PoolOverrides = { ...entry, ...(secrets === undefined ? {} : { secrets }) };
    const pool = WorkerPool.fromYaml(name, path(poolFile), overrides);
    return [name, { workers: pool.workers.apply((workers) => workers.length), generation: pool.generation }];
  }),
);
