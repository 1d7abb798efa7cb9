/** Where `pulumi` would keep and look for state in a folder. */
import { backendFolder } from "../../tools/pulumi/backend-folder.ts";
import { findProject } from "./pulumi-project.ts";
import { backendUrl, type Env } from "./pulumi-settings.ts";

export interface Backend {
  /** Absent when Pulumi is logged in nowhere. */
  readonly url?: string;
  /** Of a `file://` backend. */
  readonly folder?: string;
}

export async function backendOf(cwd: string, env: Env): Promise<Backend> {
  const url = await backendUrl(env, await findProject(cwd));
  const folder = url === undefined ? undefined : backendFolder(url);
  return { ...(url === undefined ? {} : { url }), ...(folder === undefined ? {} : { folder }) };
}
