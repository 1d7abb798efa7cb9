/**
 * One pool, one stack of the project `lido-pools`, run through Pulumi's Automation API with a program of our own. Its folder
 * has the installed package in its node_modules, so that the provider is found from there wherever Lido is installed.
 */
import { lstatSync, mkdirSync, readlinkSync, realpathSync, symlinkSync, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import { NotFoundError } from "../../spec/index.ts";
import { type Engine, engineEnv, findEngine, packageRoot, pulumiPackageFile } from "../../tools/pulumi/engine.ts";
import { appliedProject, isApplied, lidoHome, pointedPools, readPointer } from "../../worker/index.ts";
import { type Backend, findBackend } from "./backend.ts";

/** Of no project that a user may have, so that no stack of this name can be somebody's own. */
export const PROJECT = "lido-pools";

export interface PoolStack {
  readonly stack: Stack;
  readonly backend: Backend;
  readonly projectDir: string;
  readonly isNew: boolean;
}

export interface OpenOptions {
  readonly pool: string;
  readonly report: (line: string) => void;
  /** Runs in this process while the engine asks. */
  readonly program: PulumiFn;
  /** Without it an unknown pool is an error. */
  readonly create: boolean;
}

/** @throws NotFoundError that names the pools there are */
export async function openStack({ pool, report, program, create }: OpenOptions): Promise<PoolStack> {
  const engine = await findEngine({ report });
  const backend = findBackend();
  const projectDir = projectFolder();
  const automation = await import("@pulumi/pulumi/automation/index.js");
  const where = { stackName: pool, projectName: PROJECT, program };
  const options = {
    workDir: projectDir,
    envVars: { ...definedOnly(engineEnv(engine)), ...backend.env },
    pulumiCommand: await command(engine),
    projectSettings: { name: PROJECT, runtime: { name: "nodejs", options: { typescript: false } }, main: "." },
  };
  const { LocalWorkspace, StackNotFoundError } = automation;
  try {
    return { stack: await LocalWorkspace.selectStack(where, options), backend, projectDir, isNew: false };
  } catch (error) {
    if (!(error instanceof StackNotFoundError)) throw error;
    if (!create) throw await unknownPool(pool);
    return { stack: await LocalWorkspace.createStack(where, options), backend, projectDir, isNew: true };
  }
}

export async function unknownPool(pool: string): Promise<NotFoundError> {
  const pointers = await Promise.all((await pointedPools(lidoHome())).map((name) => readPointer(lidoHome(), name)));
  const known = pointers.flatMap((one) => (one !== undefined && isApplied(lidoHome(), one) ? [one.pool] : []));
  const there = known.length === 0 ? "You have applied none yet" : `You have applied: ${known.join(", ")}`;
  return new NotFoundError(`There is no pool '${pool}'. ${there}. Make one: lido pool apply pool.yaml -p ${pool}`);
}

async function command(engine: Engine) {
  const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
  const inBin = basename(engine.binDir) === "bin";
  return PulumiCommand.get({ skipVersionCheck: true, ...(inBin ? { root: dirname(engine.binDir) } : {}) });
}

/** The dynamic provider is looked for in `@pulumi/pulumi`, and our part of it in `lido`, both from this folder. */
function projectFolder(): string {
  const folder = appliedProject(lidoHome());
  linkTo(realpathSync(packageRoot()), join(folder, "node_modules", "lido"));
  linkTo(realpathSync(pulumiPackageFile(".")), join(folder, "node_modules", "@pulumi", "pulumi"));
  return folder;
}

function linkTo(target: string, link: string): void {
  mkdirSync(dirname(link), { recursive: true, mode: 0o700 });
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) {
    if (readlinkSync(link) === target) return;
    // It leads to another version, which may be gone.
    unlinkSync(link);
  }
  symlinkSync(target, link);
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
