/** The version of this package, as its package.json says. A controller of another version is replaced: see controller.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** `0.1.0` */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }).version;
}

/** Whether `a` comes after `b`: `1.10.0` after `1.9.3`. What stands behind a `-` is not looked at. */
export function isNewer(a: string, b: string): boolean {
  const [one, other] = [a, b].map((version) => (version.split("-")[0] ?? "").split(".").map(Number));
  for (const [index, part] of (one ?? []).entries()) {
    const difference = part - (other?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** The folder above `runner/`, or above `dist/` when this runs compiled. */
function packageRoot(): string {
  const above = join(import.meta.dirname, "..", "..");
  return import.meta.filename.endsWith(".ts") ? above : join(above, "..");
}
