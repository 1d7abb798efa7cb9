/** Which `$NAME` of the file mounts no variable of the file fills. The command line may still give it, so that is a remark. */
import { warning } from "./problem.ts";
import type { Places, PoolSpec, Warning } from "./types.ts";

/** A reference to a variable: `$NAME` or `${NAME}`. */
export const VARIABLE = /\$(?:\{(?<braced>\w+)\}|(?<bare>\w+))/g;

export function unfilledWarnings({ fileMounts, envs }: PoolSpec, places: Places): readonly Warning[] {
  return fileMounts.flatMap(({ target, sources, name = "" }, index) => {
    const where = places[`file_mounts.${index}`];
    const used = [target, ...sources, name].flatMap((text) =>
      [...text.matchAll(VARIABLE)].map(({ groups }) => groups?.["braced"] ?? groups?.["bare"] ?? ""),
    );
    const open = [...new Set(used)].filter((one) => !Object.hasOwn(envs, one));
    return where === undefined
      ? []
      : open.map((one) =>
          warning(
            `\`$${one}\` in \`file_mounts\` stays as it is unless --env ${one}=VALUE fills it: \`envs\` has no ${one}`,
            where,
          ),
        );
  });
}
