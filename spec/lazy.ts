/**
 * Loads the two libraries of this room at their first use: together they take about 80 ms, which a command that reads
 * no file must not pay. It must never load anything else, and never at import time.
 */
import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import type * as Zod from "zod";

const require = createRequire(import.meta.url);

export const yaml = (): typeof Yaml => require("yaml") as typeof Yaml;
export const zod = (): typeof Zod => require("zod") as typeof Zod;
