/**
 * The Automation API's own installer, into a staged engine. It needs the open network: a short question to its server
 * comes first, so that a closed network costs seconds. Never touches ~/.pulumi or the user's PATH.
 */
import { fileURLToPath } from "node:url";
import type { Staging } from "./cache.ts";
import { withHeartbeat } from "./heartbeat.ts";
import type { Recipe } from "./recipe.ts";
import { describeEnd, runTool } from "./run-tool.ts";
import { type Attempt, type Context, failed, made } from "./types.ts";

const LIMIT_MS = 10 * 60_000;

/** Tries the installer; a failure is a value, only an aborted signal throws. */
export async function install(recipe: Recipe, staging: Staging, context: Context): Promise<Attempt> {
  const { report, signal, env } = context;
  report(`engine: asking ${new URL(recipe.installer.probe).host} for Pulumi ${recipe.version}`);
  const closed = await unreachable(recipe.installer, signal);
  if (closed !== undefined) return failed(closed);
  report("engine: downloading it with Pulumi's own installer; this usually takes 10 to 60 seconds");
  const end = await withHeartbeat(
    report,
    (elapsed) => `engine: still downloading (${elapsed})`,
    () =>
      runTool({
        command: process.execPath,
        args: [installerProcess(), staging.root, recipe.version],
        env: { ...env, TMPDIR: staging.scratch },
        signal,
        limitMs: LIMIT_MS,
      }),
  );
  return end.kind === "exited" && end.code === 0 ? made : failed(`the installer ${describeEnd(end)}`);
}

/** Why the address cannot be had, or undefined: asked with the same `fetch` that the installer uses. */
export async function unreachable(
  { probe, giveUpMs }: Recipe["installer"],
  signal?: AbortSignal,
): Promise<string | undefined> {
  const limit = AbortSignal.timeout(giveUpMs);
  const { host } = new URL(probe);
  try {
    const answer = await fetch(probe, { method: "HEAD", signal: signal ? AbortSignal.any([signal, limit]) : limit });
    return answer.ok ? undefined : `${host} answered with HTTP ${answer.status}`;
  } catch (error) {
    signal?.throwIfAborted();
    if (limit.aborted) return `${host} did not answer within ${giveUpMs / 1000} s`;
    const { cause } = error as Error;
    return `${host} cannot be reached (${cause instanceof Error ? cause.message : String(error)})`;
  }
}

/** The installer has no abort of its own, so it runs in a process that can be ended; the file is beside this one. */
function installerProcess(): string {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`./installer-process.${extension}`, import.meta.url));
}
