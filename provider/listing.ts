/**
 * Decides how a set of files is remembered, so that a later change can be told by name although only some hundred entries
 * go into the state: each file by its hash, but of folders with too many files only their count and the sums of 16 parts.
 * Folders with few files are named to the last file, wherever they are. It names changes; it never decides about them.
 *
 *     { "train.py": "3f0a…", "src/util.py": "99b1…", "data/images/": "11000 <16 sums>" }
 *
 * A file belongs to the part that its path says, and each part is the sum of its files' numbers: so as many files changed
 * as parts differ, at least, and what was one entry then can be compared with what is many entries now.
 */
import { type Parts, partsOf, readParts, writeParts } from "./listing-parts.ts";

/** Path -> short hash; path of a folder with a `/` at its end -> what `writeParts` says of it. */
export type Listing = Readonly<Record<string, string>>;

export interface FileChange {
  readonly path: string;
  readonly kind: "changed" | "added" | "removed";
  /** Of a folder: so many of its files at least. */
  readonly atLeast?: number;
}

const ENTRIES = 400;
const ROOT = "./";

interface Folder {
  readonly path: string;
  readonly files: string[];
  readonly folders: Map<string, Folder>;
  /** Files in it at any depth. */
  count: number;
}

/** `hashes`: path -> short hash of every file. */
export function listingOf(hashes: Listing): Listing {
  const root = treeOf(Object.keys(hashes));
  const whole = opened(root);
  const named = whole.files.map((path) => [path, hashes[path] ?? ""] as const);
  const closed = [...whole.closed].map((folder) => {
    const inside = filesIn(folder).map((path) => [path, hashes[path] ?? ""] as const);
    return [folder.path, writeParts(partsOf(inside, []))] as const;
  });
  return Object.fromEntries([...named, ...closed]);
}

function filesIn({ files, folders }: Folder): readonly string[] {
  return [...files, ...[...folders.values()].flatMap(filesIn)];
}

/** The smallest folders are opened first, as long as there is room. */
function opened(root: Folder): { readonly files: readonly string[]; readonly closed: ReadonlySet<Folder> } {
  const files: string[] = [];
  const closed = new Set([root]);
  const waiting = [root];
  for (
    let next = waiting.shift();
    next !== undefined && files.length + closed.size <= ENTRIES;
    next = waiting.shift()
  ) {
    const inside = next.files.length + next.folders.size;
    if (files.length + closed.size - 1 + inside > ENTRIES) continue;
    closed.delete(next);
    files.push(...next.files);
    for (const folder of next.folders.values()) closed.add(folder);
    waiting.push(...next.folders.values());
    waiting.sort((a, b) => a.count - b.count || (a.path < b.path ? -1 : 1));
  }
  return { files, closed };
}

function treeOf(paths: readonly string[]): Folder {
  const root: Folder = { path: ROOT, files: [], folders: new Map(), count: 0 };
  for (const path of paths) {
    let folder = root;
    folder.count += 1;
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
      const inner = path.slice(0, slash + 1);
      const known = folder.folders.get(inner) ?? { path: inner, files: [], folders: new Map(), count: 0 };
      folder.folders.set(inner, known);
      known.count += 1;
      folder = known;
    }
    folder.files.push(path);
  }
  return root;
}

/** Sorted by path. */
export function changesBetween(old: Listing, wanted: Listing): FileChange[] {
  const folders = topmost([...Object.keys(old), ...Object.keys(wanted)].filter((path) => path.endsWith("/")));
  const inFolders = (path: string): boolean => folders.some((folder) => isUnder(path, folder));
  const files = new Set([...Object.keys(old), ...Object.keys(wanted)].filter((path) => !inFolders(path)));
  return [
    ...[...files].flatMap((path) => fileChange(path, old[path], wanted[path])),
    ...folders.flatMap((folder) => folderChange(folder, foldedUnder(old, folder), foldedUnder(wanted, folder))),
  ].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function fileChange(path: string, old: string | undefined, wanted: string | undefined): FileChange[] {
  if (old === wanted) return [];
  return [{ path, kind: old === undefined ? "added" : wanted === undefined ? "removed" : "changed" }];
}

function folderChange(path: string, old: Parts, wanted: Parts): FileChange[] {
  const differing = old.sums.filter((sum, index) => sum !== wanted.sums[index]).length;
  if (differing === 0 && old.count === wanted.count) return [];
  const kind = old.count === 0 ? "added" : wanted.count === 0 ? "removed" : "changed";
  return [{ path, kind, atLeast: Math.max(1, differing, Math.abs(old.count - wanted.count)) }];
}

function foldedUnder(listing: Listing, folder: string): Parts {
  const under = Object.entries(listing).filter(([path]) => isUnder(path, folder));
  const closed = under.filter(([path]) => path.endsWith("/")).map(([, text]) => readParts(text));
  return partsOf(
    under.filter(([path]) => !path.endsWith("/")),
    closed,
  );
}

function topmost(folders: readonly string[]): string[] {
  const all = [...new Set(folders)];
  return all.filter((folder) => !all.some((other) => other !== folder && isUnder(folder, other)));
}

function isUnder(path: string, folder: string): boolean {
  return folder === ROOT || path.startsWith(folder);
}
