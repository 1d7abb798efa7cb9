/**
 * Decides what a worker lacks of a set of files, what lies there only because Lido once brought it, and what must not be
 * written since the way to it leads through a link or another file system. The worker is asked by one command; what it
 * holds is judged by content and never by a note of what was sent.
 */
import { UserError } from "../../spec/index.ts";
import { unescaped } from "./buckets/unmount.ts";
import { type Delivery, output } from "./delivery.ts";
import type { LocalFile } from "./hash.ts";

/** What is on the worker now. Paths are relative to the target. */
export interface Present {
  readonly hasGzip: boolean;
  /** What Lido brought before: path -> type and mode as `stat` says them, absent when it is gone. */
  readonly brought: ReadonlyMap<string, number | undefined>;
  readonly hashes: ReadonlyMap<string, string>;
  /** Links to folders, and places where another file system begins. */
  readonly astray: ReadonlySet<string>;
}

export interface Difference {
  readonly send: readonly LocalFile[];
  /** Brought before and wanted no more. */
  readonly remove: readonly string[];
}

const REGULAR = 0o100000;

/** @throws UserError when a file would be written through a link or into a mount */
export function difference(wanted: readonly LocalFile[], present: Present, what: string): Difference {
  const blocked = [...new Set(wanted.flatMap(({ path }) => foldersOf(path).filter((one) => present.astray.has(one))))];
  if (blocked.length > 0) {
    throw new UserError(
      `${what}: on the worker ${blocked.join(", ")} is a link to a folder or a mount, so files are not written there. Remove it on the worker, or leave these files out by .skyignore.`,
    );
  }
  const paths = new Set(wanted.map(({ path }) => path));
  return {
    send: wanted.filter((file) => !isThere(file, present)),
    remove: [...present.brought.keys()].filter((path) => !paths.has(path)),
  };
}

/** Links and empty folders weigh nothing and are always sent. */
function isThere({ path, kind, mode, hash }: LocalFile, { brought, hashes }: Present): boolean {
  if (kind !== "file") return false;
  return brought.get(path) === (REGULAR | mode) && hashes.get(path) === hash;
}

/** `a/b/c` -> `a`, `a/b` */
function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** `list`: the worker's list of what Lido brought; both are shell words. */
export async function askPresent(target: string, list: string, delivery: Delivery): Promise<Present> {
  return parsePresent(await output(question(target, list), delivery));
}

/** Needs GNU's stat and sha256sum; without them all is sent again. */
function question(target: string, list: string): string {
  return [
    "command -v gzip >/dev/null && printf gzip; printf '\\0\\0'",
    `cat ${list}; printf '\\0'`,
    `cd ${target} || exit 0`,
    `[ -e ${list} ] && xargs -0 -r stat --printf '%f %n\\0' -- < ${list}; printf '\\0'`,
    `[ -e ${list} ] && xargs -0 -r sha256sum -z -- < ${list}; printf '\\0'`,
    "find . -xdev -type l -xtype d -print0",
    'here=$(pwd -P); while read -r _ _ _ _ place _; do case $place in "$here"/*) printf \'.%s\\0\' "${place#"$here"}" ;; esac; done < /proc/self/mountinfo',
  ].join("\n");
}

export function parsePresent(text: string): Present {
  const [tools = [], listed = [], modes = [], hashes = [], astray = []] = sections(text);
  const found = new Map(modes.map((line) => pair(line, " ", (hex) => Number.parseInt(hex, 16))));
  return {
    hasGzip: tools.includes("gzip"),
    brought: new Map(listed.map((path) => [bare(path), found.get(bare(path))])),
    hashes: new Map(hashes.map((line) => pair(line, "  ", String))),
    astray: new Set(astray.map((path) => bare(unescaped(path)))),
  };
}

/** Entries end in NUL, sections in one more; the last need not. */
function sections(text: string): string[][] {
  const all: string[][] = [[]];
  for (const entry of text.split("\0").slice(0, -1)) {
    if (entry === "" && all.length < 5) all.push([]);
    else all.at(-1)?.push(entry);
  }
  return all;
}

function pair<T>(line: string, separator: string, read: (text: string) => T): [string, T] {
  const at = line.indexOf(separator);
  return [bare(line.slice(at + separator.length)), read(line.slice(0, at))];
}

function bare(path: string): string {
  return path.replace(/^\.\//, "");
}
