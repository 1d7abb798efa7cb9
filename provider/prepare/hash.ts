/**
 * What local files hold. Content, the executable bit and the targets of symlinks count; times and owners do not.
 */
import { createHash } from "node:crypto";
import { createReadStream, lstatSync, readFileSync } from "node:fs";
import { readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { FileSet } from "../inputs.ts";
import { listingOf } from "../listing.ts";
import { listFolder, notThere } from "./files.ts";
import { type FileFacts, HashCache } from "./hash-cache.ts";

export interface LocalFile {
  /** Relative to its folder, with `/`. */
  readonly path: string;
  readonly kind: "file" | "link" | "folder";
  /** Permission bits. */
  readonly mode: number;
  readonly size: number;
  /** SHA-256 of its content; of a link, of its target's name. */
  readonly hash: string;
  readonly facts: FileFacts;
}

export interface LocalFiles {
  readonly folder: string;
  readonly files: readonly LocalFile[];
}

/** Larger files are read as a stream. */
const SMALL = 256 * 1024;

/** A folder's files, or a single file. @throws UserError */
export async function scan(path: string, what: string): Promise<LocalFiles & { readonly isFolder: boolean }> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw notThere(`${what}: there is no file or folder ${path}`);
  if (found.isDirectory()) return { ...(await scanFolder(path, what)), isFolder: true };
  // The file itself, also where a link names it.
  const file = await realpath(path);
  return { ...(await scanPaths(dirname(file), [basename(file)])), isFolder: false };
}

export async function scanFolder(folder: string, what: string): Promise<LocalFiles> {
  return scanPaths(folder, await listFolder(folder, what));
}

async function scanPaths(folder: string, paths: readonly string[]): Promise<LocalFiles> {
  const cache = await HashCache.open(folder);
  const files: LocalFile[] = [];
  for (const path of paths) files.push(await scanOne(folder, path, cache));
  await cache.save();
  return { folder, files };
}

async function scanOne(folder: string, path: string, cache: HashCache): Promise<LocalFile> {
  const full = join(folder, path);
  // One after the other without a promise each: ten thousand of them take 30 ms and not 400.
  const facts = lstatSync(full, { bigint: true });
  const about = { path, mode: Number(facts.mode & 0o7777n), size: Number(facts.size), facts };
  if (facts.isSymbolicLink()) return { ...about, kind: "link", hash: sha256(await readlink(full)) };
  if (facts.isDirectory()) return { ...about, kind: "folder", hash: "" };
  const known = cache.get(path, facts);
  if (known !== undefined) return { ...about, kind: "file", hash: known };
  const readAt = Date.now();
  const hash = about.size <= SMALL ? sha256(readFileSync(full)) : await hashLarge(full);
  cache.set(path, { facts, hash, readAt });
  return { ...about, kind: "file", hash };
}

async function hashLarge(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** What the files hold as one value, for the pool's fingerprint. */
export function fileSet({ files }: Pick<LocalFiles, "files">): FileSet {
  const total = createHash("sha256");
  const named: Record<string, string> = {};
  let bytes = 0;
  for (const file of files) {
    const hash = sha256(`${kindOf(file)} ${file.hash}`);
    total.update(`${file.path}\0${hash}\n`);
    if (file.kind === "file") bytes += file.size;
    named[file.path] = hash.slice(0, 10);
  }
  const digest = total.digest("hex");
  return { digest, count: files.length, bytes, files: listingOf(named) };
}

function kindOf({ kind, mode }: LocalFile): string {
  return kind === "file" && (mode & 0o100) !== 0 ? "program" : kind;
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
