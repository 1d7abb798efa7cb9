/**
 * Finds where in a YAML document a value stands. It follows aliases and merge keys, as the values themselves did, and
 * answers the nearest place there is when a key is missing.
 */
import type { Document, Node, Pair } from "yaml";
import type { Span } from "./excerpt.ts";
import { yaml } from "./lazy.ts";
import type { Anchor, Path } from "./problem.ts";

interface Spot {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

export function spanOf(document: Document, path: Path, anchor: Anchor): Span {
  let spot: Spot = { key: undefined, value: asNode(document.contents) };
  let whole = true;
  for (const step of path) {
    const next = stepInto(document, spot.value, step);
    if (!next) {
      whole = false;
      break;
    }
    spot = next;
  }
  return spanOfSpot(spot, whole ? anchor : "key");
}

/** All ranges of the values below `section`, such as `secrets`. */
export function valueSpans(document: Document, section: string): readonly Span[] {
  const map = resolved(document, stepInto(document, asNode(document.contents), section)?.value);
  if (!yaml().isMap(map)) return [];
  return map.items.flatMap((pair) => {
    const node = asNode(pair.value);
    return node?.range ? [{ start: node.range[0], end: node.range[1] }] : [];
  });
}

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

function stepInto(document: Document, from: Node | undefined, step: string | number): Spot | undefined {
  const node = resolved(document, from);
  if (yaml().isSeq(node)) {
    const item = asNode(node.items[Number(step)]);
    return item && { key: undefined, value: item };
  }
  if (!yaml().isMap(node)) return undefined;
  const own = node.items.findLast((pair) => keyOf(pair) === String(step));
  if (own) return { key: asNode(own.key), value: asNode(own.value) };
  for (const merge of node.items.filter((pair) => keyOf(pair) === "<<")) {
    const source = resolved(document, asNode(merge.value));
    const sources = yaml().isSeq(source) ? source.items.map(asNode) : [source];
    for (const one of sources) {
      const found = stepInto(document, one, step);
      if (found) return found;
    }
  }
  return undefined;
}

const keyOf = (pair: Pair): string | undefined => {
  const { key } = pair;
  return yaml().isScalar(key) ? String(key.value) : undefined;
};

const resolved = (document: Document, node: Node | undefined): Node | undefined =>
  yaml().isAlias(node) ? asNode(node.resolve(document)) : node;

const asNode = (value: unknown): Node | undefined => (yaml().isNode(value) ? value : undefined);
