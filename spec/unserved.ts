/**
 * What a pool may ask for and this version does not do yet. The provider refuses an infra that has no source of machines;
 * who only looks at a file is warned of the same in the same words, and of what is read and kept for later.
 */
import type { Source } from "./check.ts";
import { isMapping } from "./fault.ts";
import { type Path, warning } from "./problem.ts";
import type { PoolSpec, ResourceChoice, Warning } from "./types.ts";

/** Why no machines can be made for these resources; `undefined` when they can. The first alternative decides. */
export function unservedInfra({ anyOf }: ResourceChoice): string | undefined {
  const infra = anyOf[0]?.infra;
  if (infra === undefined || infra.kind === "local" || infra.kind === "ssh" || infra.text === "*") return undefined;
  return `infra: ${infra.text} is not served yet; this version makes workers on this computer and on hosts of your own. Write \`infra: local\`, or \`infra: ssh/NAME\` with NAME in a hosts.yaml.`;
}

export function unservedWarnings({ resources, size }: PoolSpec, { value, origin }: Source): readonly Warning[] {
  const infra = unservedInfra(resources);
  const { min, max } = size;
  return [
    ...(infra === undefined ? [] : [warning(infra, origin.where(pathOfInfra(value), "key"))]),
    ...(min === max
      ? []
      : [
          warning(
            `autoscaling is not served yet: the pool has \`min_workers\` workers (${min}), and stays so`,
            origin.where([isMapping(value) && value["pool"] == null ? "service" : "pool", "max_workers"], "key"),
          ),
        ]),
  ];
}

/** To where the first alternative says it, in the newer spelling or the older one. */
function pathOfInfra(value: unknown): Path {
  const resources = isMapping(value) ? value["resources"] : undefined;
  if (!isMapping(resources)) return ["resources"];
  const layers = ["ordered", "any_of"].flatMap((list) => {
    const [first] = Array.isArray(resources[list]) ? (resources[list] as readonly unknown[]) : [];
    return isMapping(first) ? [{ layer: first, path: ["resources", list, 0] }] : [];
  });
  const found = [...layers, { layer: resources, path: ["resources"] }].flatMap(({ layer, path }) =>
    ["infra", "cloud", "region", "zone"].filter((key) => layer[key] != null).map((key) => [...path, key]),
  );
  return found[0] ?? ["resources"];
}
