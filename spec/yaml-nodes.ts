/**
 * Looks at the nodes of a YAML document for what its parser lets pass and a plain value cannot hold: keys that stand
 * twice, aliases without an anchor or inside of what they repeat, numbers that JSON has no word for, and a key that
 * would change an object's nature. A value that is not there gets BROKEN in its place, so that the others can be checked.
 */
import type { Alias, Document, Node, Pair, YAMLMap } from "yaml";
import type { Span } from "./excerpt.ts";
import { yaml } from "./lazy.ts";
import type { Targets } from "./yaml-aliases.ts";

/** `harmless`: the values can be read as they were meant. `hole`: all but this one. `fatal`: nobody knows which. */
export interface NodeFault {
  readonly span: Span;
  readonly message: string;
  readonly advice: string;
  readonly harm: "harmless" | "hole" | "fatal";
}

const BROKEN = Symbol("broken");

type Words = Omit<NodeFault, "span">;

const TWICE: Words = { message: "this key stands here a second time", advice: "keep one of them", harm: "harmless" };
const PROTO: Words = { message: "`__proto__` cannot be a key", advice: "write another name", harm: "harmless" };
const INFINITE: Words = {
  message: "this is not a finite number",
  advice: "write a finite number, or put the word in quotes",
  harm: "hole",
};
const UNMERGEABLE: Words = {
  message: "`<<` takes only mappings, or aliases of them",
  advice: "write `<<: *name` with the name of a mapping",
  harm: "fatal",
};
const ANCHOR = "write the value itself, or an anchor (`&name`) before the alias";

/** Changes the document where a value is missing. */
export function nodeFaults(document: Document, targets: Targets): readonly NodeFault[] {
  const { visit } = yaml();
  const faults: NodeFault[] = [];
  const report = (node: Node, fault: Words): void => {
    const [start, end] = node.range ?? [0, 0];
    faults.push({ span: { start, end }, ...fault });
  };
  visit(document, {
    Map: (_, map) => {
      for (const key of repeatedKeys(map)) report(key, TWICE);
    },
    Alias(_, alias, ancestors) {
      const message = aliasMessage(alias, targets, ancestors);
      if (message === undefined) return undefined;
      report(alias, { message, advice: ANCHOR, harm: "hole" });
      return broken(alias);
    },
    Pair(_, { key, value }) {
      const name = yaml().isScalar(key) ? key.value : undefined;
      if (name === "<<" && !mergeable(targets, value)) report((value ?? key) as Node, UNMERGEABLE);
      if (name !== "__proto__") return undefined;
      report(key as Node, PROTO);
      return visit.REMOVE;
    },
    Scalar(_, scalar) {
      if (typeof scalar.value === "number" && !Number.isFinite(scalar.value)) report(scalar, INFINITE);
    },
  });
  return faults;
}

function repeatedKeys(map: YAMLMap): readonly Node[] {
  const { isScalar } = yaml();
  const seen = new Set<string>();
  return map.items.flatMap(({ key }) => {
    if (!isScalar(key) || key.value === "<<") return [];
    const name = String(key.value);
    if (seen.has(name)) return [key];
    seen.add(name);
    return [];
  });
}

function aliasMessage(alias: Alias, targets: Targets, ancestors: readonly unknown[]): string | undefined {
  const target = targets(alias);
  if (!target) return `no anchor \`&${alias.source}\` stands before this alias`;
  return ancestors.includes(target) ? "this alias stands inside of what it repeats" : undefined;
}

function broken(alias: Alias): Node {
  const hole = new (yaml().Scalar)(BROKEN);
  if (alias.range) hole.range = alias.range;
  return hole;
}

function mergeable(targets: Targets, value: unknown): boolean {
  const { isAlias, isMap, isSeq } = yaml();
  const target = isAlias(value) ? targets(value) : value;
  if (isSeq(target)) return target.items.every((item) => isMap(isAlias(item) ? targets(item) : item));
  return isMap(target);
}

/** Makes the numbers and switches below `sections` texts again, as they were written: `VERSION: 1.10` stays `1.10`. */
export function keepTexts(document: Document, targets: Targets, sections: readonly string[]): void {
  const { isAlias, isMap, isScalar } = yaml();
  const root = document.contents;
  if (!isMap(root)) return;
  for (const section of root.items.filter(({ key }) => isScalar(key) && sections.includes(String(key.value)))) {
    const map = isAlias(section.value) ? targets(section.value) : section.value;
    if (isMap(map)) for (const pair of map.items) keepText(targets, pair);
  }
}

function keepText(targets: Targets, pair: Pair): void {
  const { isAlias, isScalar, Scalar } = yaml();
  const node = isAlias(pair.value) ? targets(pair.value) : pair.value;
  if (!isScalar(node) || !["number", "boolean"].includes(typeof node.value) || node.source === undefined) return;
  const text = new Scalar(node.source);
  const range = (pair.value as Node).range;
  if (range) text.range = range;
  pair.value = text;
}
