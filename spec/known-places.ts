/** Where stands in a file what only later can turn out to be wrong: open values, and files of this computer. */
import { isMapping } from "./fault.ts";
import type { Origin, Path } from "./problem.ts";
import type { Environment, FileMount, Places, Workdir } from "./types.ts";

/** What was read of the file. */
export interface Later {
  readonly envs?: Environment | undefined;
  readonly secrets?: Environment | undefined;
  readonly workdir?: Workdir | undefined;
  readonly file_mounts?: readonly FileMount[] | undefined;
}

export function knownPlaces(
  { envs = {}, secrets = {}, workdir, file_mounts: mounts = [] }: Later,
  origin: Origin,
): Places {
  const at = (path: Path) => origin.where(path, "value");
  return Object.fromEntries([
    ...open(envs).map((name) => [`envs.${name}`, origin.where(["envs", name], "key")] as const),
    ...open(secrets).map((name) => [`secrets.${name}`, origin.where(["secrets", name], "key")] as const),
    ...(isMapping(workdir) && "path" in workdir ? [["workdir", at(["workdir"])] as const] : []),
    ...mounts.map(({ target }, index) => [`file_mounts.${index}`, at(["file_mounts", target])] as const),
  ]);
}

const open = (environment: Environment): readonly string[] =>
  Object.entries(environment).flatMap(([name, value]) => (value === null ? [name] : []));
