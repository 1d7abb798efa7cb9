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

/**
 * All ranges of the values below those sections whose name `isMeant`, such as `secrets`; with what they merge or repeat.
 * Each begins where its key ends: a tag or an anchor before a value is no part of it, and may be the secret itself.
 */
export function valueSpans({ document, targets }: Sought, isMeant: (key: string) => boolean): readonly Span[] {
  const root = document.contents;
  if (!yaml().isMap(root)) return [];
  return root.items.filter((pair) => isMeant(keyOf(pair) ?? "")).flatMap((pair) => spansWithin(targets, pair, 0));
}

/** As deep as anybody merges: an alias inside of itself has been reported, but may still be there. */
const DEEPEST = 8;

function spansWithin(targets: Targets, pair: Pair, depth: number): readonly Span[] {
  const { isMap, isSeq } = yaml();
  const held = resolved(targets, asNode(pair.value));
  const maps = isSeq(held) ? held.items.map((item) => resolved(targets, asNode(item))) : [held];
  if (depth > DEEPEST || !maps.every(isMap)) return spansOf(targets, pair);
  return maps.flatMap((map) =>
    map.items.flatMap((inner) =>
      keyOf(inner) === "<<" ? spansWithin(targets, inner, depth + 1) : spansOf(targets, inner),
    ),
  );
}

/** Of what an alias repeats too. */
function spansOf(targets: Targets, { key, value }: Pair): readonly Span[] {
  const [start] = asNode(key)?.range?.slice(1) ?? [];
  const [end] = asNode(value)?.range?.slice(1) ?? [];
  const own = start === undefined || end === undefined ? [] : [{ start, end }];
  return [...own, ...rangeOf(resolved(targets, asNode(value)))];
}

const rangeOf = (node: Node | undefined): readonly Span[] =>
  node?.range ? [{ start: node.range[0], end: node.range[1] }] : [];

/** All ranges of the values of any key of that name, such as `password`. */
export function spansOfKey(document: Document, name: string): readonly Span[] {
  const spans: Span[] = [];
  yaml().visit(document, {
    Pair(_, pair) {
      const range = keyOf(pair) === name ? asNode(pair.value)?.range : undefined;
      if (range) spans.push({ start: range[0], end: range[1] });
    },
  });
  return spans;
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

const keyOf = (pair: Pair): string | undefined => {
  const { key } = pair;
  return yaml().isScalar(key) ? String(key.value) : undefined;
};

const resolved = (targets: Targets, node: Node | undefined): Node | undefined =>
  yaml().isAlias(node) ? targets(node) : node;

const asNode = (value: unknown): Node | undefined => (yaml().isNode(value) ? value : undefined);
