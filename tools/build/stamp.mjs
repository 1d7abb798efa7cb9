// Decides whether dist/ was built from the sources that are here: by their content, so that a checkout back and forth
// or a touched file builds nothing. The stamp lies in dist/ itself and goes with it.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The folders that are compiled. */
export const ROOMS = ["spec", "worker", "provider", "runner"];
const SOURCES = [
  ...ROOMS,
  "tools/pulumi",
  "tools/build",
  "tools/build.mjs",
  "tsconfig.json",
  "tsconfig.build.json",
  "package.json",
];
const STAMP = ".sources";

/** A hash of the path and content of everything that dist/ is made of. */
export function sourcesHash(root) {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap((path) => filesUnder(root, path)).toSorted(compare)) {
    hash.update(`${file}\0`).update(
      createHash("sha256")
        .update(readFileSync(join(root, file)))
        .digest(),
    );
  }
  return hash.digest("hex");
}

export function builtIsCurrent(root) {
  const stamp = join(root, "dist", STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === sourcesHash(root);
}

/** Writes into a new dist/ which sources it was made of, as `sourcesHash` gave it before the compiler ran. */
export function writeStamp(folder, hash) {
  writeFileSync(join(folder, STAMP), hash);
}

function filesUnder(root, path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (/\.[a-z]+$/.test(path)) return [path];
  return readdirSync(full, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1));
}

function compare(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
