/**
 * Loads the two libraries of this room at their first use: a command that reads no file must not wait for them. It must
 * never load anything else, and never at import time.
 */
import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import type * as Zod from "zod";

const require = createRequire(import.meta.url);

/** The one file of dist/ that holds both; not where it would be taken for a source to compile. */
function load(name: "yaml" | "zod"): unknown {
  return compilesSources() ? require(name) : (require("./libraries.cjs") as Record<string, unknown>)[name];
}

/** A Pulumi program may be run by ts-node, which compiles all that is required from outside of node_modules. */
const compilesSources = (): boolean => ".tsx" in require.extensions;

let loadedYaml: typeof Yaml | undefined;
let loadedZod: typeof Zod | undefined;

export function yaml(): typeof Yaml {
  loadedYaml ??= load("yaml") as typeof Yaml;
  return loadedYaml;
}

export function zod(): typeof Zod {
  loadedZod ??= load("zod") as typeof Zod;
  return loadedZod;
}
