/**
 * Where a made engine is kept, and what counts as finished there: a folder appears under its final name in one rename,
 * whole, or not at all. Only the holder of the slot's lock may stage, publish or sweep.
 */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { cacheNotWritable } from "./errors.ts";
import { isExecutable } from "./on-path.ts";
import type { Recipe } from "./recipe.ts";
import type { Engine, EngineSource } from "./types.ts";

/** The place of one engine in the cache. */
export interface Slot {
  /** The finished engine's folder; `bin` and `engine.json` are in it. */
  readonly dir: string;
  readonly lockFile: string;
  readonly recipe: Recipe;
}

/** An engine in the making: `bin` becomes the engine's, `scratch` is for temporary files of tools. */
export interface Staging {
  readonly root: string;
  readonly bin: string;
  readonly scratch: string;
}

/** `$LIDO_CACHE_DIR`, else `$XDG_CACHE_HOME/lido`, else `~/.cache/lido`. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  if (env.LIDO_CACHE_DIR) return env.LIDO_CACHE_DIR;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "lido");
  return join(env.HOME || homedir(), ".cache", "lido");
}

/** The slot is named by everything that changes the engine: its version, the pinned modules, system and processor. */
export function slotFor(recipe: Recipe, env: NodeJS.ProcessEnv): Slot {
  const hash = createHash("sha256");
  for (const { folder } of recipe.binaries.toSorted((a, b) => a.output.localeCompare(b.output))) {
    hash.update(readFileSync(join(folder, "go.sum")));
  }
  const key = [recipe.version, hash.digest("hex").slice(0, 12), process.platform, process.arch].join("-");
  const dir = join(cacheFolder(env), "pulumi", key);
  return { dir, lockFile: `${dir}.lock`, recipe };
}

/** The finished engine of this slot, or undefined: every file must be there. */
export function finishedEngine({ dir, recipe }: Slot): Engine | undefined {
  const binDir = join(dir, "bin");
  const files = [...recipe.binaries.map(({ output }) => output), ...recipe.copies.map(({ to }) => to)];
  if (!files.every((name) => isExecutable(join(binDir, name)))) return undefined;
  try {
    const { source } = JSON.parse(readFileSync(join(dir, "engine.json"), "utf8")) as { source: EngineSource };
    return { binDir, command: join(binDir, "pulumi"), version: recipe.version, source };
  } catch {
    return undefined;
  }
}

/** Makes the folder that slots live in. */
export function prepareCache(slot: Slot): void {
  try {
    mkdirSync(dirname(slot.dir), { recursive: true });
  } catch (error) {
    throw cacheNotWritable(dirname(slot.dir), error);
  }
}

/** Starts an engine beside its final place, so that the rename stays on one file system. */
export function stage(slot: Slot): Staging {
  const root = mkdtempSync(`${slot.dir}.making-`);
  const staging = { root, bin: join(root, "bin"), scratch: join(root, "scratch") };
  mkdirSync(staging.bin);
  mkdirSync(staging.scratch);
  return staging;
}

/** Gives a whole staged engine its final name. What had that name before was not whole, and goes. */
export function publish(slot: Slot, staging: Staging, source: EngineSource): void {
  rmSync(staging.scratch, { recursive: true, force: true });
  writeFileSync(join(staging.root, "engine.json"), `${JSON.stringify({ version: slot.recipe.version, source })}\n`);
  rmSync(slot.dir, { recursive: true, force: true });
  renameSync(staging.root, slot.dir);
}

/** Removes what interrupted runs have left of this slot; answers how many there were. */
export function sweep(slot: Slot): number {
  const prefix = `${basename(slot.dir)}.making-`;
  const left = readdirSync(dirname(slot.dir)).filter((name) => name.startsWith(prefix));
  for (const name of left) discard(join(dirname(slot.dir), name));
  return left.length;
}

/** Removes a staging folder, also while a killed tool's last writes still arrive. */
export function discard(root: string): void {
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
