/** Decides whether the user's own `pulumi` on PATH can serve: new enough, and with its Node.js plugins. Changes nothing. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { describeEnd, runTool } from "./run-tool.ts";
import type { Context, Engine } from "./types.ts";
import { readVersion, unfitVersion } from "./version.ts";

export type OnPath =
  | { readonly kind: "found"; readonly engine: Engine }
  | { readonly kind: "missing"; readonly why: string }
  | { readonly kind: "unfit"; readonly why: string };

/** The engine looks for its plugins on PATH and beside itself. */
const PLUGINS = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];
const LIMIT_MS = 15_000;

/** Looks at the first `pulumi` on PATH, the one that a shell would run. */
export async function pulumiOnPath({ env, signal }: Pick<Context, "env" | "signal">): Promise<OnPath> {
  const command = findOnPath("pulumi", env);
  if (command === undefined) return { kind: "missing", why: "there is no `pulumi`" };
  const end = await runTool({
    command,
    args: ["version"],
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    signal,
    limitMs: LIMIT_MS,
  });
  if (end.kind !== "exited" || end.code !== 0) {
    return { kind: "unfit", why: `\`${command} version\` ${describeEnd(end)}` };
  }
  const version = readVersion(end.stdout);
  if (version === undefined) return { kind: "unfit", why: `\`${command} version\` did not print a version` };
  const unfit = unfitVersion(version);
  if (unfit !== undefined) return { kind: "unfit", why: `${command} ${unfit}` };
  const plugin = PLUGINS.find((name) => !besideOrOnPath(name, command, env));
  if (plugin !== undefined) return { kind: "unfit", why: `${command} has no ${plugin} beside it or on PATH` };
  return { kind: "found", engine: { binDir: dirname(command), command, version, source: "path" } };
}

/** The first executable file of this name on PATH, as an absolute path. Relative entries of PATH are ignored. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function besideOrOnPath(name: string, command: string, env: NodeJS.ProcessEnv): boolean {
  const beside = [dirname(command), dirname(realpathSync(command))].map((folder) => join(folder, name));
  return beside.some(isExecutable) || findOnPath(name, env) !== undefined;
}

/** Whether the path is a file that this user may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
