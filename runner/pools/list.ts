/** All pools that can be found from here: of the Pulumi project in the current folder, and those used before. */
import { UserError } from "../../spec/errors.ts";
import type { Roster } from "../../worker/index.ts";
import { pointedPools } from "../../worker/pointer.ts";
import { type FindOptions, findPool, poolsOfProject } from "./find.ts";

export type ListedPool =
  | { readonly kind: "found"; readonly pool: string; readonly stack: string; readonly roster: Roster }
  /** It was used before, and its stack cannot be read or holds it no more. */
  | { readonly kind: "lost"; readonly pool: string; readonly why: string };

/** Sorted by name. Those of `names`, or all. @throws NotFoundError for a name that there is not */
export async function listPools(names: readonly string[], options: FindOptions): Promise<readonly ListedPool[]> {
  if (names.length > 0) return await Promise.all(names.map(async (name) => await look(name, options)));
  const known = [...(await poolsOfProject(options)), ...(await pointedPools(options.home))];
  const all = [...new Set(known)].sort();
  return await Promise.all(all.map(async (name) => await lookForgiving(name, options)));
}

async function look(name: string, options: FindOptions): Promise<ListedPool> {
  const { pointer, roster } = await findPool(name, options);
  return { kind: "found", pool: name, stack: pointer.stack, roster };
}

async function lookForgiving(name: string, options: FindOptions): Promise<ListedPool> {
  try {
    return await look(name, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: "lost", pool: name, why: error.message.split("\n")[0] ?? "" };
  }
}
