/**
 * Decides which files of a folder stay behind: those that `.skyignore` names, else those that `.gitignore` files name
 * (also in sub-folders), and `.git` always. Reads only these files.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

/** `isIgnored(path, isFolder)`: path relative to the folder, with `/`. `enter(path)` is called for each folder that is walked. */
export interface IgnoreRules {
  enter(path: string): void;
  isIgnored(path: string, isFolder: boolean): boolean;
}

export function ignoreRules(folder: string): IgnoreRules {
  const hasSkyIgnore = existsSync(join(folder, ".skyignore"));
  const layers = new Map<string, Ignore>();
  if (hasSkyIgnore) layers.set("", rulesIn(join(folder, ".skyignore")));
  return {
    enter(path) {
      const file = join(folder, path, ".gitignore");
      if (!hasSkyIgnore && existsSync(file)) layers.set(path, rulesIn(file));
    },
    isIgnored(path, isFolder) {
      return path === ".git" || path.endsWith("/.git") || matches(layers, path, isFolder);
    },
  };
}

function rulesIn(file: string): Ignore {
  return ignore().add(readFileSync(file, "utf8"));
}

/** As git does: a deeper file's word counts more than a higher one's. */
function matches(layers: ReadonlyMap<string, Ignore>, path: string, isFolder: boolean): boolean {
  let ignored = false;
  for (const [place, rules] of layers) {
    const inside = place === "" ? path : path.startsWith(`${place}/`) ? toSlashes(relative(place, path)) : undefined;
    if (inside === undefined) continue;
    const answer = rules.test(isFolder ? `${inside}/` : inside);
    if (answer.ignored) ignored = true;
    else if (answer.unignored) ignored = false;
  }
  return ignored;
}

function toSlashes(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}
