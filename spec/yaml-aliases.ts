/** Which node each alias of a YAML document repeats: found in one walk, since asking each alias walks all of it again. */
import type { Alias, Document, Node } from "yaml";
import { yaml } from "./lazy.ts";

/** The node that an alias repeats; none when no anchor of that name stands before it. */
export type Targets = (alias: Alias) => Node | undefined;

export function aliasTargets(document: Document): Targets {
  const { isAlias } = yaml();
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  yaml().visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchored.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor !== undefined) anchored.set(node.anchor, node);
    },
  });
  return (alias) => targets.get(alias);
}
