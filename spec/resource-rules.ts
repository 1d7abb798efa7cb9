/**
 * What the keys of `resources` mean together: which exclude each other, which no pool takes, and how an alternative lies
 * over the mapping around it. It looks at what was written; what a single key may hold is decided in resource-fields.ts.
 */
import { bad, type Fault, isMapping, type Mapping } from "./fault.ts";
import { readOlderSpelling } from "./infra.ts";
import { present } from "./plain.ts";
import type { Path } from "./problem.ts";

/** Who asks: some keys make no sense for a pool. */
export type Role = "pool" | "job";

const OLDER = ["cloud", "region", "zone"] as const;

/** The keys that no pool takes at all. */
export const REFUSED = ["ports", "job_recovery"];

/** What no pool takes: its workers serve no ports, jobs say how they recover, and all workers of a pool are alike. */
export function refusals(written: Mapping, role: Role): readonly Fault[] {
  if (role === "job") return [];
  const refused: readonly Fault[] = [
    {
      message: "`ports` cannot be set for a pool: its workers serve jobs, not ports",
      advice: "remove it",
      path: ["ports"],
    },
    {
      message: "`job_recovery` cannot be set for a pool: each job says how it recovers",
      advice: "write it under `resources:` of the job file",
      path: ["job_recovery"],
    },
    {
      message: "an ordered list of accelerators cannot be set for a pool: its workers are all alike",
      advice: "name one (`accelerators: H100:8`), or write `{'H100:8', 'A100:8'}` for any of them",
      path: ["accelerators"],
    },
  ];
  return refused
    .filter(({ path }) => {
      const value = written[String(path?.[0])];
      return value !== undefined && (path?.[0] !== "accelerators" || Array.isArray(value));
    })
    .map((fault) => ({ ...fault, anchor: "key" }));
}

/** The checks across keys, in the mapping itself and in each alternative laid over it. */
export function together(written: Mapping, role: Role): readonly Fault[] {
  const { any_of: anyOf, ordered, ...base } = written;
  const both: readonly Fault[] =
    anyOf !== undefined && ordered !== undefined
      ? [
          {
            message: "`any_of` and `ordered` are both set",
            advice: "keep one of them",
            path: ["ordered"],
            anchor: "key",
          },
        ]
      : [];
  const layers = [listed("any_of", anyOf), listed("ordered", ordered)].flat();
  return [
    ...both,
    ...infraFaults(base, {}, []),
    ...(role === "pool" ? [] : recoveryFaults(base, layers)),
    ...layers.flatMap(({ layer, path }) => [
      ...(OLDER.some((key) => layer[key] !== undefined) || layer["infra"] !== undefined
        ? infraFaults(base, layer, path)
        : []),
      ...(path[0] === "any_of" && role === "job" ? orderFaults(base, layer, path) : []),
    ]),
  ];
}

const listed = (key: string, list: unknown): readonly { layer: Mapping; path: Path }[] =>
  (Array.isArray(list) ? list : []).flatMap((layer: unknown, index) =>
    isMapping(layer) ? [{ layer, path: [key, index] }] : [],
  );

/** How a job recovers is one answer, whichever alternative its worker is. */
function recoveryFaults(
  base: Mapping,
  layers: readonly { readonly layer: Mapping; readonly path: Path }[],
): readonly Fault[] {
  const ways = layers.map(({ layer }) => JSON.stringify(layer["job_recovery"] ?? base["job_recovery"]));
  const at = ways.findIndex((way) => way !== ways[0]);
  const layer = layers[at];
  if (!layer) return [];
  const path = layer.layer["job_recovery"] === undefined ? layer.path : [...layer.path, "job_recovery"];
  return bad(
    "`job_recovery` differs between the alternatives, but a job recovers in one way",
    "write it once, directly under `resources:`",
    { path, anchor: "key" },
  ).faults;
}

function orderFaults(base: Mapping, layer: Mapping, path: Path): readonly Fault[] {
  const own = Array.isArray(layer["accelerators"]);
  if (!own && !(layer["accelerators"] === undefined && Array.isArray(base["accelerators"]))) return [];
  return bad(
    "a list of accelerators has an order, but `any_of` has none",
    "write `ordered` instead of `any_of`, or `{'H100:1', 'A100:1'}` for any of them",
    {
      path: own ? [...path, "accelerators"] : ["accelerators"],
      anchor: "key",
    },
  ).faults;
}

function infraFaults(base: Mapping, layer: Mapping, path: Path): readonly Fault[] {
  const all = overlaid(base, layer);
  const key = OLDER.find((one) => layer[one] !== undefined) ?? OLDER.find((one) => all[one] !== undefined);
  if (!key) return [];
  const place = { path: layer[key] === undefined ? [key] : [...path, key] };
  if (all["infra"] !== undefined) {
    return bad(
      `\`${key}\` conflicts with \`infra\`: both say where machines come from`,
      `write the ${key} into \`infra\`: \`infra: aws/us-east-1/us-east-1a\``,
      {
        ...place,
        anchor: "key",
      },
    ).faults;
  }
  const { cloud, region, zone } = all;
  const texts = [cloud, region, zone].every((one) => one === undefined || typeof one === "string");
  const read = texts ? readOlderSpelling(all) : undefined;
  return read && "faults" in read ? read.faults.map((fault) => ({ ...fault, ...place })) : [];
}

/** `layer` over `base`; a new place takes the older parts of the place below it away. */
export function overlaid<T extends Partial<Record<(typeof OLDER)[number] | "infra", unknown>>>(base: T, layer: T): T {
  const { cloud, region, zone, ...rest } = base;
  const older = layer.infra === undefined ? (layer.cloud === undefined ? { cloud, region, zone } : {}) : {};
  return { ...rest, ...present(older), ...layer };
}
