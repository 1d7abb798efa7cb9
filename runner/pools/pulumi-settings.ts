/**
 * What the Pulumi command would take for granted: its home, its backend, the selected stack of a project. Pulumi's own
 * rules (3.259.0), read from its files. Where they leave a doubt the answer is undefined, and the command itself is asked.
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { PulumiProject } from "./pulumi-project.ts";

export type Env = Readonly<Record<string, string | undefined>>;

export function pulumiHome(env: Env): string {
  return env.PULUMI_HOME || join(homedir(), ".pulumi");
}

/** The backend's URL, `file:///home/me/state`; undefined when Pulumi is not logged in anywhere. */
export async function backendUrl(env: Env, project: PulumiProject | undefined): Promise<string | undefined> {
  if (env.PULUMI_BACKEND_URL) return env.PULUMI_BACKEND_URL;
  if (project?.backendUrl !== undefined) return project.backendUrl;
  const credentials = await readJson(join(pulumiHome(env), "credentials.json"));
  return typeof credentials?.current === "string" && credentials.current !== "" ? credentials.current : undefined;
}

/** The stack that `pulumi` would use in this project, as it is written down: `dev` or `organization/shop/dev`. */
export async function selectedStack(env: Env, project: PulumiProject, backend: string): Promise<string | undefined> {
  if (env.PULUMI_STACK) return env.PULUMI_STACK;
  // Loaded only where it is needed: it takes 6 ms of a command.
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = createHash("sha1").update(project.file).digest("hex");
  const settings = await readJson(join(pulumiHome(env), "workspaces", `${project.name}-${hash}-workspace.json`));
  const byBackend = (settings?.stacks ?? {}) as Readonly<Record<string, unknown>>;
  const name = byBackend[backend] ?? (Object.keys(byBackend).length === 0 ? settings?.stack : undefined);
  return typeof name === "string" && name !== "" ? name : undefined;
}

async function readJson(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
