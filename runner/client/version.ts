/** The version of this package, as its package.json says. A controller of another version is replaced: see controller.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** `0.1.0` */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }).version;
}

/** The folder above `runner/`, or above `dist/` when this runs compiled. */
function packageRoot(): string {
  const above = join(import.meta.dirname, "..", "..");
  return import.meta.filename.endsWith(".ts") ? above : join(above, "..");
}
