/**
 * Which pools this user has applied or used before: one small file for each, `<home>/pools/<name>.json`. A pointer says
 * where the pool's stack is; it never copies what the stack says.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PoolPointer } from "../api.ts";
import type { Env } from "./pulumi-settings.ts";

/** Names of the environment that decide which backend Pulumi uses. Never a passphrase, never a token. */
const KEPT = ["PULUMI_BACKEND_URL", "PULUMI_HOME"];

/** The part of an environment that a pointer keeps. */
export function pointerEnv(env: Env): Readonly<Record<string, string>> {
  return Object.fromEntries(KEPT.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** An environment in which Pulumi uses the pointer's backend, whatever this terminal uses now. */
export function envOfPointer(kept: PoolPointer["env"], env: Env): Env {
  return { ...Object.fromEntries(Object.entries(env).filter(([name]) => !KEPT.includes(name))), ...kept };
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
  await mkdir(join(home, "pools"), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}

/** Idempotent. */
export async function forgetPointer(home: string, pool: string): Promise<void> {
  await rm(pointerPath(home, pool), { force: true });
}

/** The names of all pools that have a pointer, sorted. */
export async function pointedPools(home: string): Promise<readonly string[]> {
  const files = await readdir(join(home, "pools")).catch(() => []);
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => decodeURIComponent(file.slice(0, -".json".length)))
    .sort();
}

function pointerPath(home: string, pool: string): string {
  return join(home, "pools", `${encodeURIComponent(pool)}.json`);
}
