/**
 * Lists and hashes local files that go to workers. Content, the executable bit and the targets of symlinks count; times
 * and owners do not. A symlink that leads out of its folder is refused, since it would not be there on a worker.
 */
import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { lstat, readdir, readlink, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { UserError } from "../../spec/index.ts";
import type { FileSet } from "../inputs.ts";
import { listingOf } from "../listing.ts";
import { type IgnoreRules, ignoreRules } from "./ignored.ts";

/** Paths relative to `folder`, sorted, with `/`; folders only where they are empty. */
export async function listFolder(folder: string, what: string): Promise<string[]> {
  const root = await stat(folder).catch(() => undefined);
  if (root === undefined) throw new UserError(`${what}: there is no folder ${folder}.`);
  if (!root.isDirectory()) throw new UserError(`${what}: ${folder} is a file; name its folder.`);
  const found: string[] = [];
  const astray: string[] = [];
  await walk({ root: folder, rules: ignoreRules(folder), found, astray }, "");
  if (astray.length > 0) {
    throw new UserError(
      `${what}: symbolic links that lead out of ${folder} would not work on a worker: ${astray.join(", ")}. Copy what they point to, or name them in .skyignore.`,
    );
  }
  return found.toSorted();
}

interface Walk {
  readonly root: string;
  readonly rules: IgnoreRules;
  readonly found: string[];
  readonly astray: string[];
}

async function walk(state: Walk, path: string): Promise<void> {
  state.rules.enter(path);
  const entries = await readdir(join(state.root, path), { withFileTypes: true });
  let kept = 0;
  for (const entry of entries) {
    const inner = path === "" ? entry.name : `${path}/${entry.name}`;
    if (state.rules.isIgnored(inner, entry.isDirectory())) continue;
    kept += 1;
    if (entry.isDirectory()) await walk(state, inner);
    else if (entry.isSymbolicLink()) await addLink(state, inner);
    else if (entry.isFile()) state.found.push(inner);
  }
  if (kept === 0 && path !== "") state.found.push(path);
}

async function addLink({ root, found, astray }: Walk, path: string): Promise<void> {
  const base = resolve(root);
  const target = resolve(dirname(join(base, path)), await readlink(join(root, path)));
  if (target === base || target.startsWith(base + sep)) found.push(path);
  else astray.push(path);
}

export async function hashFolder(folder: string, what: string): Promise<FileSet> {
  return hashAll(folder, await listFolder(folder, what));
}

/** A single file counts under its own name. */
export async function hashPath(path: string, what: string): Promise<FileSet> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UserError(`${what}: there is no file or folder ${path}.`);
  return found.isDirectory() ? hashFolder(path, what) : hashAll(dirname(path), [path.slice(dirname(path).length + 1)]);
}

async function hashAll(folder: string, paths: readonly string[]): Promise<FileSet> {
  const total = createHash("sha256");
  const files: Record<string, string> = {};
  let bytes = 0;
  for (const path of paths) {
    const about = await lstat(join(folder, path));
    const hash = await hashOne(join(folder, path), about);
    total.update(`${path}\0${hash}\n`);
    if (about.isFile()) bytes += about.size;
    files[path] = hash.slice(0, 10);
  }
  const digest = total.digest("hex");
  return { digest, count: paths.length, bytes, files: listingOf(files) };
}

async function hashOne(path: string, about: Stats): Promise<string> {
  const hash = createHash("sha256");
  if (about.isSymbolicLink()) hash.update(`link ${await readlink(path)}`);
  else if (about.isDirectory()) hash.update("folder");
  else {
    hash.update((about.mode & 0o100) === 0 ? "file " : "program ");
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}
