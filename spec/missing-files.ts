/** Which local files a pool names that are not there. Whether a path is there is asked of others: it must never look itself. */

import { isBucket } from "./bucket-address.ts";
import { show } from "./fault.ts";
import type { Problem } from "./problem.ts";
import type { Places, PoolSpec } from "./types.ts";

/** What lies at a path, as far as it matters. */
export type Look = (path: string) => "folder" | "file" | undefined;

const REMEDY =
  "name one that is there: a relative path counts from where lido is called, or from the folder of your program";

/** Each at its place in the file; of paths that still hold a `$` nobody knows. */
export function missingFiles({ workdir, fileMounts }: PoolSpec, places: Places, look: Look): readonly Problem[] {
  const paths = [
    ...(workdir !== undefined && "path" in workdir ? [{ key: "workdir", path: workdir.path }] : []),
    ...fileMounts.flatMap(({ sources }, index) =>
      sources.filter((path) => !isBucket(path)).map((path) => ({ key: `file_mounts.${index}`, path })),
    ),
  ];
  return paths.flatMap(({ key, path }) => {
    const [where, found] = [places[key], path.includes("$") ? "folder" : look(path)];
    if (where === undefined || found === "folder") return [];
    if (key === "workdir")
      return [
        {
          where,
          message: `\`workdir\`: ${found ? `${show(path)} is a file` : `there is no folder ${show(path)}`}`,
          advice: REMEDY,
        },
      ];
    return found
      ? []
      : [{ where, message: `\`file_mounts\`: there is no file or folder ${show(path)}`, advice: REMEDY }];
  });
}
