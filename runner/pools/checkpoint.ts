/**
 * Reads a stack's state straight from a `file://` backend: a few milliseconds, where the command takes 140. It reads
 * only what it knows (the project layout, checkpoint version 3) and answers undefined for everything else, so that the
 * command is asked. Pulumi replaces these files by renaming, so what is read is always whole.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Deployment } from "./deployment.ts";

/** `stack` is `organization/project/name`. */
export async function readCheckpoint(backendFolder: string, stack: string): Promise<Deployment | undefined> {
  const [organization, project, name, ...rest] = stack.split("/");
  if (organization !== "organization" || !isName(project) || !isName(name) || rest.length > 0) return undefined;
  const path = join(backendFolder, ".pulumi", "stacks", project, `${name}.json`);
  try {
    return deploymentOf(JSON.parse(await readNewest(path)));
  } catch {
    return undefined;
  }
}

function isName(text: string | undefined): text is string {
  return text !== undefined && /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(text);
}

/** The plain file or the compressed one, as Pulumi chooses: the later of the two. */
async function readNewest(path: string): Promise<string> {
  const [plain, gzip, zstd] = await Promise.all([changedAt(path), changedAt(`${path}.gz`), changedAt(`${path}.zst`)]);
  if (zstd > 0) throw new Error("Zstandard is left to Pulumi.");
  if (plain >= gzip) return await readFile(path, "utf8");
  return (await promisify(gunzip)(await readFile(`${path}.gz`))).toString("utf8");
}

async function changedAt(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}

function deploymentOf(file: unknown): Deployment | undefined {
  const { version, checkpoint } = file as { version?: unknown; checkpoint?: { latest?: Deployment | null } };
  if (version !== 3 || checkpoint === undefined) return undefined;
  return checkpoint.latest ?? {};
}
