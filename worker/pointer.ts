/**
 * Which pools this user has applied or used before: one small file for each, `<home>/pools/<name>.json`. A pointer says
 * where the pool's stack is; it never copies what the stack says. Here, and not in a room that acts on pools, since
 * the provider writes what the runner reads.
 */
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "./folder.ts";

/** Where a pool is found again: a pointer, never a copy of outputs. */
export interface PoolPointer {
  readonly pool: string;
  /** `organization/project/stack` as `pulumi stack ls` shows it. */
  readonly stack: string;
  /** Absolute path of the Pulumi project's folder. */
  readonly projectDir: string;
  /** PULUMI_BACKEND_URL when it was set, PULUMI_HOME likewise. Never a passphrase. */
  readonly env: Readonly<Record<string, string>>;
}

export async function readPointer(home: string, pool: string): Promise<PoolPointer | undefined> {
  try {
    return JSON.parse(await readFile(pointerPath(home, pool), "utf8")) as PoolPointer;
  } catch {
    return undefined;
  }
}

/** Writes it whole or not at all; leaves a file that already says the same. */
export async function writePointer(home: string, pointer: PoolPointer): Promise<void> {
  const path = pointerPath(home, pointer.pool);
  const text = `${JSON.stringify(pointer, undefined, 2)}\n`;
  if ((await readFile(path, "utf8").catch(() => undefined)) === text) return;
  makeFolder(join(home, "pools"), 0o700);
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}

/** Idempotent. */
export async function forgetPointer(home: string, pool: string): Promise<void> {
  await rm(pointerPath(home, pool), { force: true });
}

/**
 * For a pool that is gone from its stack: nothing when the pointer names another stack by now, or the stack is one of `lido
 * pool apply`, which goes itself, and its pointer with it.
 */
export async function forgetPointerOf(home: string, gone: Pick<PoolPointer, "pool" | "stack">): Promise<void> {
  const pointer = await readPointer(home, gone.pool);
  if (pointer?.stack === gone.stack && !isApplied(home, pointer)) await forgetPointer(home, gone.pool);
}

/** The names of all pools that have a pointer, sorted. */
export async function pointedPools(home: string): Promise<readonly string[]> {
  const files = await readdir(join(home, "pools")).catch(() => []);
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => decodeURIComponent(file.slice(0, -".json".length)))
    .sort();
}

/** The folder from which `lido pool apply` runs Pulumi, for people who have no project of their own. */
export function appliedProject(home: string): string {
  return join(home, "pulumi", "project");
}

/** True for a pool of `lido pool apply`, false for one of a user's own Pulumi project. */
export function isApplied(home: string, { projectDir }: PoolPointer): boolean {
  return projectDir === appliedProject(home);
}

function pointerPath(home: string, pool: string): string {
  return join(home, "pools", `${encodeURIComponent(pool)}.json`);
}
