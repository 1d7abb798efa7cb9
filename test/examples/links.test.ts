/** What README, CONTRIBUTING and docs/ point at is there: files of this repository, and headings in them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../tools/pulumi/engine.ts";

const root = packageRoot();
const documents = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)];

const textOf = (path: string): string => readFileSync(path, "utf8").replaceAll(/^```[\s\S]*?^```/gm, "");

/** As GitHub makes them: `## A full disk` is `a-full-disk`. */
function anchorsOf(path: string): readonly string[] {
  const headings = [...textOf(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test.each(documents)("%s points at what is there", (document) => {
  const links = [...textOf(join(root, document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  const inside = links.filter((link) => !/^[a-z]+:/.test(link));
  const broken = inside.filter((link) => {
    const [path = "", anchor] = link.split("#");
    const file = path === "" ? join(root, document) : join(root, dirname(document), path);
    if (relative(root, file).startsWith("..") || !existsSync(file)) return true;
    return anchor !== undefined && !anchorsOf(file).includes(anchor);
  });
  expect(broken).toEqual([]);
});
