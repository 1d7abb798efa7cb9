/**
 * Loads the two libraries of this room at their first use: together they take about 80 ms, which a command that reads
 * no file must not pay. It must never load anything else, and never at import time.
 */
import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import type * as Zod from "zod";

const require = createRequire(import.meta.url);

let loadedYaml: typeof Yaml | undefined;
let loadedZod: typeof Zod | undefined;

export function yaml(): typeof Yaml {
  loadedYaml ??= require("yaml") as typeof Yaml;
  return loadedYaml;
}

export function zod(): typeof Zod {
  loadedZod ??= require("zod") as typeof Zod;
  return loadedZod;
}
