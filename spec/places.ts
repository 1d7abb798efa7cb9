/**
 * Finds where in a YAML document a value stands. It follows aliases and merge keys, as the values themselves did, and
 * answers the nearest place there is when a key is missing.
 */
import type { Document, Node, Pair, YAMLMap } from "yaml";
import type { Span } from "./excerpt.ts";
import { yaml } from "./lazy.ts";
import type { Anchor, Path } from "./problem.ts";
import type { Targets } from "./yaml-aliases.ts";

interface Spot {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/** What is looked for, and in what. */
export interface Sought {
  readonly document: Document;
  readonly targets: Targets;
}

export function spanOf({ document, targets }: Sought, path: Path, anchor: Anchor): Span {
  let spot: Spot = { key: undefined, value: asNode(document.contents) };
  let whole = true;
  for (const step of path) {
    const next = stepInto(targets, spot.value, step);
    if (!next) {
      whole = false;
      break;
    }
    spot = next;
  }
  return spanOfSpot(spot, whole ? anchor : "key");
}

function spanOfSpot({ key, value }: Spot, anchor: Anchor): Span {
  const empty = !value?.range || value.range[0] === value.range[1];
  const block = yaml().isCollection(value) && value.flow !== true;
  const node = key && (anchor === "key" || empty || block) ? key : value;
  const [start, end] = node?.range ?? [0, 0];
  return block && node === value ? { start, end: start + 1 } : { start, end };
}

function stepInto(targets: Targets, from: Node | undefined, step: string | number): Spot | undefined {
  const node = resolved(targets, from);
  if (yaml().isSeq(node)) {
    const item = asNode(node.items[Number(step)]);
    return item && { key: undefined, value: item };
  }
  if (!yaml().isMap(node)) return undefined;
  const own = pairsOf(node).get(String(step));
  if (own) return { key: asNode(own.key), value: asNode(own.value) };
  for (const merge of node.items.filter((pair) => keyOf(pair) === "<<")) {
    const source = resolved(targets, asNode(merge.value));
    const sources = yaml().isSeq(source) ? source.items.map(asNode) : [source];
    for (const one of sources) {
      const found = stepInto(targets, one, step);
      if (found) return found;
    }
  }
  return undefined;
}

const known = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** By name, the last of each: a file may hold thousands of keys, and as many problems. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const made = known.get(map) ?? new Map(map.items.map((pair) => [keyOf(pair) ?? "", pair]));
  known.set(map, made);
  return made;
}

export const keyOf = (pair: Pair): string | undefined => {
  const { key } = pair;
  return yaml().isScalar(key) ? String(key.value) : undefined;
};

export const resolved = (targets: Targets, node: Node | undefined): Node | undefined =>
  yaml().isAlias(node) ? targets(node) : node;

export const asNode = (value: unknown): Node | undefined => (yaml().isNode(value) ? value : undefined);
