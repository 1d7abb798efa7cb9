/**
 * Finds the folder of the lido package, from the sources as from `dist/`, and of the packages that it was installed
 * with. Never guesses by counting `..`: the same file runs at two depths.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The nearest folder upwards whose package.json is lido's own. */
export function packageRoot(from: string = dirname(fileURLToPath(import.meta.url))): string {
  const file = join(from, "package.json");
  if (existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as { name?: string }).name === "lido") return from;
  const parent = dirname(from);
  if (parent === from) throw new Error("The lido package is incomplete: no package.json of its own was found.");
  return packageRoot(parent);
}

/** A file of the @pulumi/pulumi package that lido itself would load. */
export function pulumiPackageFile(name: string): string {
  return join(dirname(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json")), name);
}
