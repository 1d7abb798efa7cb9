/** The keys of a file that are read and then ignored, each with its remark and its place. */
import type { Source } from "./check.ts";
import { isMapping } from "./fault.ts";
import { warning } from "./problem.ts";
import type { Warning } from "./types.ts";

/** `remarks` by key, in the order in which they are told. */
export function ignoredKeys({ value, origin }: Source, remarks: Readonly<Record<string, string>>): readonly Warning[] {
  const written = isMapping(value) ? value : {};
  return Object.entries(remarks)
    .filter(([key]) => written[key] !== undefined && written[key] !== null)
    .map(([key, remark]) => warning(remark, origin.where([key], "key")));
}
