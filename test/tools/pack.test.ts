import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isExecutable } from "../../tools/pulumi/on-path.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

// `npm test` builds dist/ before; by hand: `npm run build`.
test("the package holds the compiled rooms with their scripts, the engine's pins and the documents, and nothing else", () => {
  const answer = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const [{ files }] = JSON.parse(answer) as [{ files: { path: string; mode: number }[] }];
  const paths = files.map(({ path }) => path);
  const compiled = /^dist\/(spec|worker|provider|runner|tools\/pulumi)\//;
  expect(paths.filter((path) => !compiled.test(path)).toSorted()).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "docs/checking-files.md",
    "docs/commands.md",
    "docs/concepts.md",
    "docs/getting-started.md",
    "docs/job-file.md",
    "docs/moving-from-skypilot.md",
    "docs/operating.md",
    "docs/pool-commands.md",
    "docs/pool-file.md",
    "docs/protocol.md",
    "docs/pulumi-program.md",
    "docs/security.md",
    "docs/ssh-hosts.md",
    "package.json",
    "provider/compat/index.d.ts",
    "runner/cli/bin.js",
    "tools/pulumi/cli/go.mod",
    "tools/pulumi/cli/go.sum",
    "tools/pulumi/language/go.mod",
    "tools/pulumi/language/go.sum",
  ]);
  expect(paths.filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts"))).toEqual([]);
  expect(paths).toEqual(expect.arrayContaining(scriptsOf("worker").map((path) => `dist/${path}`)));
});

test("the command of the package can be executed", () => {
  expect(isExecutable(join(ROOT, "runner/cli/bin.js"))).toBe(true);
});

function scriptsOf(room: string): string[] {
  return readdirSync(join(ROOT, room), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && extname(entry.name) === ".sh")
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}
