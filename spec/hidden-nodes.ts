/**
 * The ranges of a YAML document in which secrets stand: the values below `secrets` at whatever depth, with what they merge
 * or repeat, and what was meant to stand there. It must rather hide too much than too little.
 */
import type { Node, Pair } from "yaml";
import { isVariableName } from "./environment.ts";
import type { Span } from "./excerpt.ts";
import { POLICY_KEYS, POOL_KEYS, RECOVERY_KEYS, RESOURCE_KEYS, TASK_KEYS } from "./keys.ts";
import { yaml } from "./lazy.ts";
import { asNode, keyOf, resolved, type Sought } from "./places.ts";
import { announces, holdsSecret } from "./secret-words.ts";
import type { Targets } from "./yaml-aliases.ts";

const KNOWN: readonly string[] = [...TASK_KEYS, ...POOL_KEYS, ...POLICY_KEYS, ...RESOURCE_KEYS, ...RECOVERY_KEYS];

/** Each begins where its key ends: a tag or an anchor before a value is no part of it, and may be the secret itself. */
export function secretSpans({ document, targets }: Sought): readonly Span[] {
  const spans: Span[] = [];
  const seen = new Set<Node>();
  // What follows an empty `secrets:` up to a known key was meant to stand below it.
  let forgotten = false;
  yaml().visit(document, {
    Pair: (_, pair) => {
      const key = keyOf(pair) ?? "";
      if (announces(key)) {
        forgotten = isEmpty(pair);
        spans.push(...keySpans(pair), ...spansWithin(targets, pair, seen));
      } else if (KNOWN.includes(key)) forgotten = false;
      else if (forgotten) spans.push(...spansOf(targets, pair, seen));
    },
    Scalar: (key, scalar) => {
      if (key !== "key" && typeof scalar.value === "string" && holdsSecret(scalar.value))
        spans.push(...rangeOf(scalar));
    },
  });
  return spans;
}

const isEmpty = ({ value }: Pair): boolean =>
  value === null || value === undefined || (yaml().isScalar(value) && value.value === null);

/** `{TOKEN=…}`, `{TOKEN:…}` and `secrets:TOKEN=…` are keys that hold a value, or are one. */
function keySpans(pair: Pair): readonly Span[] {
  const key = keyOf(pair) ?? "";
  const alone = pair.value === null || pair.value === undefined;
  return key.includes("=") || (isEmpty(pair) && /[:\s]/.test(key)) || (alone && !isVariableName(key))
    ? rangeOf(asNode(pair.key))
    : [];
}

/** The values of a section, not the names in it. */
function spansWithin(targets: Targets, pair: Pair, seen: Set<Node>): readonly Span[] {
  const { isMap, isSeq } = yaml();
  const held = resolved(targets, asNode(pair.value));
  const maps = isSeq(held) ? held.items.map((item) => resolved(targets, asNode(item))) : [held];
  if (!maps.every(isMap)) return spansOf(targets, pair, seen);
  return maps.flatMap((map) => {
    if (seen.has(map)) return [];
    seen.add(map);
    return map.items.flatMap((inner) =>
      keyOf(inner) === "<<"
        ? spansWithin(targets, inner, seen)
        : [...keySpans(inner), ...spansOf(targets, inner, seen)],
    );
  });
}

/** Of what its aliases repeat too. */
function spansOf(targets: Targets, { key, value }: Pair, seen: Set<Node>): readonly Span[] {
  const [start] = asNode(key)?.range?.slice(1) ?? [];
  const [end] = asNode(value)?.range?.slice(1) ?? [];
  const own = start === undefined || end === undefined ? [] : [{ start, end }];
  return [...own, ...repeated(targets, asNode(value), seen)];
}

function repeated(targets: Targets, node: Node | undefined, seen: Set<Node>): readonly Span[] {
  const spans: Span[] = [];
  if (!node) return spans;
  yaml().visit(node, {
    Alias(_, alias) {
      const target = targets(alias);
      if (!target || seen.has(target)) return;
      seen.add(target);
      spans.push(...rangeOf(target), ...repeated(targets, target, seen));
    },
  });
  return spans;
}

const rangeOf = (node: Node | undefined): readonly Span[] =>
  node?.range ? [{ start: node.range[0], end: node.range[1] }] : [];
