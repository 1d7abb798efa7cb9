/**
 * Finds or makes the Pulumi engine, in this order: the user's own on PATH, a finished one in the cache, Pulumi's
 * installer, a build from Go modules. Says what each attempt does, how long it usually takes and what failed. Never
 * installs anything outside the cache folder, and never leaves a half-made engine that looks finished.
 */
import { delimiter, dirname, join } from "node:path";
import {
  cacheFolder,
  discard,
  finishedEngine,
  prepareCache,
  publish,
  type Slot,
  slotFor,
  stage,
  sweep,
} from "./cache.ts";
import { cacheNotWritable, type Failure, noEngine } from "./errors.ts";
import { goBuild } from "./go-build.ts";
import { withHeartbeat } from "./heartbeat.ts";
import { install } from "./installer.ts";
import { acquireLock } from "./lock.ts";
import { pulumiOnPath } from "./on-path.ts";
import { pulumiRecipe, type Recipe } from "./recipe.ts";
import { describeEnd, runTool } from "./run-tool.ts";
import type { Attempt, Context, Engine } from "./types.ts";
import { readVersion } from "./version.ts";

export { EngineError } from "./errors.ts";
export { packageRoot, pulumiPackageFile } from "./package-root.ts";
export type { Engine } from "./types.ts";

export interface FindOptions {
  /** Gets one line per thing that happens, for a person to read. */
  readonly report: (line: string) => void;
  /** Stops everything; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Default `process.env`. PATH, HOME, XDG_CACHE_HOME and LIDO_CACHE_DIR are read. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: the engine that this version of Lido was tested with. */
  readonly recipe?: Recipe;
}

/** Finds or makes the engine. Throws `EngineError` when no way works; its message names the three ways to get one. */
export async function findEngine(options: FindOptions): Promise<Engine> {
  const context: Context = { report: options.report, signal: options.signal, env: options.env ?? process.env };
  const onPath = await pulumiOnPath(context);
  if (onPath.kind === "found") return onPath.engine;
  if (onPath.kind === "unfit") context.report(`engine: not the \`pulumi\` on PATH: ${onPath.why}`);
  const slot = slotFor(options.recipe ?? pulumiRecipe(), context.env);
  const ready = finishedEngine(slot);
  if (ready !== undefined) return ready;
  prepareCache(slot);
  using _held = await lock(slot, context);
  const swept = sweep(slot);
  if (swept > 0) context.report("engine: removed what an interrupted run had left");
  return finishedEngine(slot) ?? (await make(slot, context, { way: "on PATH", why: onPath.why }));
}

/** The engine that `findEngine` would answer without making one; it makes and downloads nothing. */
export async function presentEngine(env: NodeJS.ProcessEnv): Promise<Engine | undefined> {
  const onPath = await pulumiOnPath({ signal: undefined, env });
  return onPath.kind === "found" ? onPath.engine : finishedEngine(slotFor(pulumiRecipe(), env));
}

/**
 * The environment in which `pulumi` and its plugins are this engine's: its folder is first on PATH. An operation starts
 * up to six Node processes that each compile all of @pulumi/pulumi: with a compile cache that is half a second less each.
 */
export function engineEnv(engine: Engine, base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const rest = (base.PATH ?? "").split(delimiter).filter((folder) => folder !== "" && folder !== engine.binDir);
  const compiled = base.NODE_COMPILE_CACHE ?? join(cacheFolder(base), "compiled");
  return { ...base, PATH: [engine.binDir, ...rest].join(delimiter), NODE_COMPILE_CACHE: compiled };
}

async function lock(slot: Slot, { report, signal }: Context): Promise<Disposable> {
  try {
    return await acquireLock(slot.lockFile, {
      signal,
      whileHeld: async (wait) => {
        report("engine: another run is making the engine already; this one waits for it");
        return await withHeartbeat(report, (elapsed) => `engine: still waiting for the other run (${elapsed})`, wait);
      },
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw cacheNotWritable(dirname(slot.dir), error);
  }
}

/** Tries each way of making an engine, each in a staging folder of its own. */
async function make(slot: Slot, context: Context, onPath: Failure): Promise<Engine> {
  const ways = [
    { way: "Pulumi's installer", source: "installer", attempt: install },
    { way: "a build from Go modules", source: "build", attempt: goBuild },
  ] as const;
  const failures = [onPath];
  for (const { way, source, attempt } of ways) {
    const staging = stage(slot);
    try {
      const result = await attempt(slot.recipe, staging, context);
      const verified = result.kind === "made" ? await verify(slot, staging.bin, context) : result;
      if (verified.kind === "made") {
        publish(slot, staging, source);
        break;
      }
      failures.push({ way, why: verified.why });
      context.report(`engine: ${way} did not work: ${verified.why}`);
    } finally {
      discard(staging.root);
    }
  }
  const engine = finishedEngine(slot);
  if (engine === undefined) throw noEngine(failures, slot.recipe);
  context.report(`engine: Pulumi ${engine.version} is ready in ${engine.binDir}`);
  return engine;
}

/** An engine is kept only if it runs and is the version that it should be. */
async function verify(slot: Slot, bin: string, { env, signal }: Context): Promise<Attempt> {
  const end = await runTool({
    command: `${bin}/pulumi`,
    args: ["version"],
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    signal,
  });
  const version = end.kind === "exited" && end.code === 0 ? readVersion(end.stdout) : undefined;
  if (version === slot.recipe.version) return { kind: "made" };
  const why = version === undefined ? describeEnd(end) : `printed ${version} instead of ${slot.recipe.version}`;
  return { kind: "failed", why: `the finished \`pulumi version\` ${why}` };
}
