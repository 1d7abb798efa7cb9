/** The pools that can be found from here: of the Pulumi project in the current folder, those used before, those made here. */
import { NotFoundError, UserError } from "../../spec/errors.ts";
import type { Roster } from "../../worker/index.ts";
import { forgetPointer, pointedPools, readPointer } from "../../worker/pointer.ts";
import { type FindOptions, findPool, isGone, poolsOfProject } from "./find.ts";
import { keptPools, newestRoster } from "./kept.ts";

export interface ListedPool {
  readonly kind: "found";
  readonly pool: string;
  readonly stack: string;
  readonly roster: Roster;
  /** False while its first `pulumi up` runs, or after that was killed: only this computer's files know of it. */
  readonly inState: boolean;
}

/** It was used before, and its stack cannot be read or holds it no more. */
export interface LostPool {
  readonly kind: "lost";
  readonly pool: string;
  readonly why: string;
}

export interface ListOptions extends FindOptions {
  /** Names that are no error when there is no such pool. */
  readonly mayBeMissing?: readonly string[];
}

/** Sorted by name. Those of `names`, or all. @throws NotFoundError for a name that there is not */
export async function listPools(
  names: readonly string[],
  options: ListOptions,
): Promise<readonly (ListedPool | LostPool)[]> {
  if (names.length > 0) {
    const forgiven = options.mayBeMissing ?? [];
    const look = async (name: string) => await (forgiven.includes(name) ? lookForgiving : lookUp)(name, options);
    return await Promise.all(names.map(look));
  }
  const kept = (await keptPools(options.home)).map(({ pool }) => pool);
  const known = [...(await poolsOfProject(options)), ...(await pointedPools(options.home)), ...kept];
  const all = [...new Set(known)].sort();
  const looks = await Promise.all(all.map(async (name) => await lookForgiving(name, options)));
  const gone = await Promise.all(
    looks.map(async (look) => look.kind === "lost" && (await isForgotten(look.pool, options))),
  );
  return looks.filter((_look, index) => !gone[index]);
}

/** A pool that was used before and was destroyed since: its stack was read and does not hold it. Its pointer goes too. */
async function isForgotten(pool: string, { home }: ListOptions): Promise<boolean> {
  const pointer = await readPointer(home, pool);
  if (pointer === undefined || !(await isGone(pointer, home))) return false;
  await forgetPointer(home, pool);
  return true;
}

/** The pool as it is known now, in the middle of a change too. @throws NotFoundError */
export async function lookUp(name: string, options: FindOptions): Promise<ListedPool> {
  try {
    const { pointer, roster } = await findPool(name, options);
    const newest = await newestRoster(options.home, roster);
    return { kind: "found", pool: name, stack: pointer.stack, roster: newest, inState: true };
  } catch (error) {
    const roster = (await keptPools(options.home)).find(({ pool }) => pool === name);
    if (!(error instanceof NotFoundError) || roster === undefined) throw error;
    const stack = roster.identity.split("/").slice(0, 3).join("/");
    return { kind: "found", pool: name, stack, roster, inState: false };
  }
}

async function lookForgiving(name: string, options: FindOptions): Promise<ListedPool | LostPool> {
  try {
    return await lookUp(name, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: "lost", pool: name, why: error.message.split("\n")[0] ?? "" };
  }
}
