/**
 * What every source of machines does before it deletes a worker's files: unmount its buckets, and prove that nothing is
 * mounted below what is to go. Nothing may ever be deleted through a mount.
 */
import { readFileSync } from "node:fs";
import { quote } from "../../../worker/index.ts";
import { workerScript } from "../worker-script.ts";

/**
 * Shell text for a worker: unmounts the buckets of the pool whose folder is `poolFolder` (a shell word), then refuses with code 96
 * and a sentence on stderr while anything is mounted at or below `folders` (shell words). Run it before `rm`, joined by `&&`.
 */
export function unmountSnippet(poolFolder: string, folders: readonly string[]): string {
  const check = [
    `for gone in ${folders.join(" ")}; do`,
    // Not by entering it: a mount whose program was killed lets nobody in.
    '  gone=$(realpath -m -- "$(dirname -- "$gone")")/$(basename -- "$gone")',
    "  while read -r _ _ _ _ place _; do",
    '    printf -v place %b "${place//\\\\/\\\\0}"',
    '    case $place in "$gone" | "$gone"/*) echo "$place is still mounted, so nothing below $gone is deleted" >&2; exit 96 ;; esac',
    "  done < /proc/self/mountinfo",
    "done",
  ].join("\n");
  const unmount = `pool=${poolFolder} keep=\n(\n${workerScript("unmount")}\n) || exit`;
  return `bash -c ${quote([unmount, "[ -r /proc/self/mountinfo ] || exit 0", check].join("\n"))}`;
}

/** Mount points at or below a folder, the deepest first. The text is that of /proc/self/mountinfo. */
export function mountsBelow(folder: string, mountinfo: string): string[] {
  const places = mountinfo.split("\n").flatMap((line) => {
    const place = line.split(" ")[4];
    return place === undefined ? [] : [unescaped(place)];
  });
  const below = places.filter((place) => place === folder || place.startsWith(`${folder}/`));
  return below.toSorted((a, b) => b.length - a.length);
}

/** Elsewhere than on Linux there is no such list, and no bucket is mounted there. */
export function readMounts(): string {
  return process.platform === "linux" ? readFileSync("/proc/self/mountinfo", "utf8") : "";
}

/** The kernel writes blanks in mount points as `\040`. */
export function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
