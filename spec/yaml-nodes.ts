/**
 * Looks at the nodes of a YAML document for what its parser lets pass and a plain value cannot hold: aliases without an
 * anchor or inside of what they repeat, numbers that JSON has no word for, and a key that would change an object's nature.
 */
import type { Document, Node, Pair } from "yaml";
import type { Span } from "./excerpt.ts";
import { yaml } from "./lazy.ts";

export interface NodeFault {
  readonly span: Span;
  readonly message: string;
  readonly advice: string;
}

export function nodeFaults(document: Document): readonly NodeFault[] {
  const { isNode, isScalar, visit } = yaml();
  const faults: NodeFault[] = [];
  const report = (node: Node, message: string, advice: string): void => {
    const [start, end] = node.range ?? [0, 0];
    faults.push({ span: { start, end }, message, advice });
  };
  visit(document, {
    Alias(_, alias, ancestors) {
      const anchored = alias.resolve(document);
      const advice = "write the value itself, or an anchor (`&name`) before the alias";
      if (!anchored) report(alias, `no anchor \`&${alias.source}\` stands before this alias`, advice);
      else if (ancestors.includes(anchored)) report(alias, "this alias stands inside of what it repeats", advice);
    },
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== "<<" || mergeable(document, value)) return;
      report(
        isNode(value) ? value : key,
        "`<<` takes only mappings, or aliases of them",
        "write `<<: *name` with the name of a mapping",
      );
    },
    Scalar(role, scalar) {
      if (typeof scalar.value === "number" && !Number.isFinite(scalar.value)) {
        report(scalar, "this is not a finite number", "write a finite number, or put the word in quotes");
      }
      if (role === "key" && scalar.value === "__proto__")
        report(scalar, "`__proto__` cannot be a key", "write another name");
    },
  });
  return faults;
}

function mergeable(document: Document, value: unknown): boolean {
  const { isAlias, isMap, isSeq } = yaml();
  const target = isAlias(value) ? value.resolve(document) : value;
  if (isSeq(target)) return target.items.every((item) => isMap(isAlias(item) ? item.resolve(document) : item));
  return isMap(target);
}

/** Makes the numbers and switches below `sections` texts again, as they were written: `VERSION: 1.10` stays `1.10`. */
export function keepTexts(document: Document, sections: readonly string[]): void {
  const { isAlias, isMap, isScalar } = yaml();
  const root = document.contents;
  if (!isMap(root)) return;
  for (const section of root.items.filter(({ key }) => isScalar(key) && sections.includes(String(key.value)))) {
    const map = isAlias(section.value) ? section.value.resolve(document) : section.value;
    if (isMap(map)) for (const pair of map.items) keepText(document, pair);
  }
}

function keepText(document: Document, pair: Pair): void {
  const { isAlias, isScalar, Scalar } = yaml();
  const node = isAlias(pair.value) ? pair.value.resolve(document) : pair.value;
  if (!isScalar(node) || !["number", "boolean"].includes(typeof node.value) || node.source === undefined) return;
  const text = new Scalar(node.source);
  const range = (pair.value as Node).range;
  if (range) text.range = range;
  pair.value = text;
}
