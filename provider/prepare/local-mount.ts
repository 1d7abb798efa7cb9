/** Local sources of a file mount: where each lies here, where it goes on a worker, and what they hold together. */
import { homedir } from "node:os";
import { basename, resolve } from "node:path";
import { type FileMount, UserError } from "../../spec/index.ts";
import type { FileSet } from "../inputs.ts";
import type { Delivery } from "./delivery.ts";
import { fileSet, type LocalFile, scan } from "./hash.ts";
import { remotePath } from "./remote-path.ts";
import { sendFile } from "./send-file.ts";
import { syncFolder } from "./sync.ts";

/** `~` is the home of whoever runs Pulumi; anything else counts from the program's folder. */
export function localPath(path: string): string {
  return resolve(path === "~" || path.startsWith("~/") ? homedir() + path.slice(1) : path);
}

/** A single file has its own name only among several sources, or below a target that ends in `/`. @throws UserError */
export async function mountedFiles(mount: FileMount): Promise<FileSet> {
  const all: LocalFile[] = [];
  for (const { path, name } of sourcesOf(mount)) {
    const { files } = await scan(path, whatOf(mount));
    all.push(...files.map((file) => (name === "" ? file : { ...file, path: `${name}/${file.path}` })));
  }
  return fileSet({ files: all });
}

/** @throws UserError, ConnectionError */
export async function deliverMount(mount: FileMount, delivery: Omit<Delivery, "what">): Promise<void> {
  const what = whatOf(mount);
  for (const { path, name } of sourcesOf(mount)) {
    const found = await scan(path, what);
    const inside = name === "" && !found.isFolder && mount.target.endsWith("/") ? basename(path) : name;
    const target = remotePath(inside === "" ? mount.target : `${mount.target.replace(/\/+$/, "")}/${inside}`);
    await (found.isFolder ? syncFolder : sendFile)(found, target, { ...delivery, what });
  }
}

/** A folder's content goes into the target; of several sources each keeps its name there. */
function sourcesOf(mount: FileMount): readonly { readonly path: string; readonly name: string }[] {
  const paths = mount.sources.map(localPath);
  if (paths.length === 1) return paths.map((path) => ({ path, name: "" }));
  const named = paths.map((path) => ({ path, name: basename(path) }));
  const twice = named.find(({ name }, index) => named.findIndex((one) => one.name === name) !== index);
  if (twice === undefined) return named;
  throw new UserError(
    `${whatOf(mount)}: two of its sources are called ${twice.name}. Rename one, or give it a target of its own.`,
  );
}

export function whatOf({ target }: FileMount): string {
  return `file_mounts: ${target}`;
}
