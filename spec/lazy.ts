/**
 * Loads the two libraries of this room at their first use: a command that reads no file must not wait for them. It must
 * never load anything else, and never at import time.
 */
import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import type * as Zod from "zod";

const require = createRequire(import.meta.url);
const libraries = () => require("./libraries.cjs") as { readonly yaml: typeof Yaml; readonly zod: typeof Zod };

let loadedYaml: typeof Yaml | undefined;
let loadedZod: typeof Zod | undefined;

export function yaml(): typeof Yaml {
  loadedYaml ??= libraries().yaml;
  return loadedYaml;
}

export function zod(): typeof Zod {
  loadedZod ??= libraries().zod;
  return loadedZod;
}
