/** Looks at the local files that a pool names: what they hold now. Refuses what this version cannot bring to a worker. */
import { homedir } from "node:os";
import { resolve } from "node:path";
import { type FileMount, type PoolSpec, UserError } from "../../spec/index.ts";
import type { Content, FileSet } from "../inputs.ts";
import { hashFolder, hashPath } from "./files.ts";

/** @throws UserError for missing files, symlinks that lead out, bucket mounts and git work directories */
export async function contentOf(spec: PoolSpec): Promise<Content> {
  const mounts: Record<string, FileSet> = {};
  for (const mount of spec.fileMounts) {
    mounts[mount.target] = await hashPath(localPath(localSource(mount)), `file_mounts: ${mount.target}`);
  }
  const { workdir } = spec;
  if (workdir === undefined) return { mounts };
  if ("url" in workdir) {
    throw new UserError(
      `workdir: a git repository (${workdir.url}) is not served yet. Clone it in \`setup:\`, or name a local folder.`,
    );
  }
  return { workdir: await hashFolder(localPath(workdir.path), "workdir"), mounts };
}

/** The one local path that a mount copies. @throws UserError for buckets and lists */
export function localSource(mount: FileMount): string {
  const [source, ...more] = mount.sources;
  if (source === undefined || mount.store !== undefined || /^[a-z0-9]+:\/\//i.test(source)) {
    throw new UserError(
      `file_mounts: ${mount.target}: bucket mounts (${source ?? mount.name ?? "a new bucket"}) are not served yet; this version copies local files and folders only. Fetch the data in \`setup:\` instead.`,
    );
  }
  if (more.length > 0) {
    throw new UserError(`file_mounts: ${mount.target}: several sources are not served yet. Write one mount for each.`);
  }
  return source;
}

/** `~` is the home of whoever runs Pulumi; anything else counts from the program's folder. */
export function localPath(path: string): string {
  return resolve(path === "~" || path.startsWith("~/") ? homedir() + path.slice(1) : path);
}
