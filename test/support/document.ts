/** The fenced blocks of a document, and what a reader does with each: write a file, give commands, compare what they print. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../tools/pulumi/engine.ts";

export interface Block {
  readonly language: string;
  readonly body: string;
  /** The file that the paragraph before it begins with: `` `pool.yaml` says … ``. */
  readonly file?: string;
}

/** @param path from the root of the repository */
export function blocksOf(path: string): readonly Block[] {
  const text = readFileSync(join(packageRoot(), path), "utf8");
  return [...text.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(({ 1: language = "", 2: body = "", index }) => {
    const paragraph = text.slice(0, index).trimEnd().split("\n\n").at(-1) ?? "";
    const file = /^`([\w.-]+)`/.exec(paragraph)?.[1];
    return { language, body, ...(file === undefined ? {} : { file }) };
  });
}

/** The one that contains `text`. */
export function blockWith(text: string, path: string): string {
  const found = blocksOf(path).find(({ body }) => body.includes(text));
  if (found === undefined) throw new Error(`${path} has no block with ${text}`);
  return found.body;
}
