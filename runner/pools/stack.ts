/**
 * The state of one stack, by the quickest way that is sure: the checkpoint file of a `file://` backend, else
 * `pulumi stack export` (which needs no passphrase for what is not secret). It reads only.
 */

import { backendFolder } from "../../tools/pulumi/backend-folder.ts";
import { readCheckpoint } from "./checkpoint.ts";
import type { Deployment } from "./deployment.ts";
import { pulumi } from "./pulumi-command.ts";
import type { PulumiProject } from "./pulumi-project.ts";
import { backendUrl, type Env, selectedStack } from "./pulumi-settings.ts";

export interface StackPlace {
  /** `dev` or `organization/project/dev`; undefined: the one that is selected in the project. */
  readonly stack?: string | undefined;
  /** Where `pulumi` would be run. */
  readonly dir: string;
  readonly project: PulumiProject | undefined;
  readonly env: Env;
  /** Told, line by line, what is done to get the Pulumi command where there is none. */
  readonly report?: ((line: string) => void) | undefined;
}

/** @throws UserError with Pulumi's words when the stack cannot be read. */
export async function readStack(place: StackPlace): Promise<Deployment> {
  return (await readFromFile(place)) ?? (await readByCommand(place));
}

async function readFromFile(place: StackPlace): Promise<Deployment | undefined> {
  const { project, env } = place;
  const url = await backendUrl(env, project);
  const folder = url === undefined ? undefined : backendFolder(url);
  if (url === undefined || folder === undefined) return undefined;
  const stack = place.stack ?? (project === undefined ? undefined : await selectedStack(env, project, url));
  const full = stack === undefined ? undefined : fullName(stack, project);
  return full === undefined ? undefined : await readCheckpoint(folder, full);
}

/** `organization/project/stack` for what a user of a file backend may write; undefined where only Pulumi can tell. */
function fullName(stack: string, project: PulumiProject | undefined): string | undefined {
  const parts = stack.split("/");
  if (parts.length === 3) return stack;
  return project === undefined ? undefined : `organization/${project.name}/${parts.at(-1)}`;
}

async function readByCommand({ stack, dir, env, report }: StackPlace): Promise<Deployment> {
  const args = ["stack", "export", ...(stack === undefined ? [] : ["--stack", stack])];
  const { deployment } = JSON.parse(await pulumi({ args, cwd: dir, env, report })) as {
    deployment?: Deployment | null;
  };
  return deployment ?? {};
}
