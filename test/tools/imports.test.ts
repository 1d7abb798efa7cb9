import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { importsOf, type SourceText, violations } from "./import-rules.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDERS = ["spec", "worker", "provider", "runner", "tools", "examples", "bench"];

function sources(): SourceText[] {
  return FOLDERS.filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) => readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && /\.m?[jt]sx?$/.test(entry.name) && !entry.parentPath.includes("node_modules"))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: relative(ROOT, file).split(sep).join("/"),
      text: readFileSync(file, "utf8"),
    }));
}

test("imports go one way, through doors, and deciding code is pure", () => {
  const files = sources();
  expect(files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["spec/index.ts", "worker/index.ts", "tools/pulumi/engine.ts"]),
  );
  expect(violations(files)).toEqual([]);
});

test.each([
  [
    "spec/task.ts",
    `import { a } from "../worker/index.ts";`,
    "spec/task.ts imports worker/index.ts: spec may import no other room",
  ],
  [
    "worker/link.ts",
    `export * from "../runner/index.ts";`,
    "worker/link.ts imports runner/index.ts: worker may import spec",
  ],
  [
    "provider/plan.ts",
    `const x = await import("../runner/index.ts");`,
    "provider/plan.ts imports runner/index.ts: provider may import spec and worker and tools",
  ],
  [
    "runner/controller/daemon.ts",
    `type P = import("../../provider/index.ts").Pool;`,
    "runner/controller/daemon.ts imports provider/index.ts: runner may import spec and worker and tools",
  ],
  [
    "runner/pools/find.ts",
    `import type { Roster } from "../../worker/roster.ts";`,
    "runner/pools/find.ts imports worker/roster.ts: the door of worker is worker/index.ts",
  ],
  [
    "runner/cli/pool-apply.ts",
    `import { plan } from "../../provider/plan.ts";`,
    "runner/cli/pool-apply.ts imports provider/plan.ts: the door of provider is provider/index.ts",
  ],
  [
    "runner/cli/pool/apply.ts",
    `import { WorkerPool } from "../../../provider/index.ts";`,
    "runner/cli/pool/apply.ts imports provider/index.ts: runner may import spec and worker and tools",
  ],
  [
    "runner/cli/pool.ts",
    `import { goBuild } from "../../tools/pulumi/go-build.ts";`,
    "runner/cli/pool.ts imports tools/pulumi/go-build.ts: the door of tools is tools/pulumi/engine.ts",
  ],
  [
    "worker/link.ts",
    `require("../test/support/x.ts");`,
    "worker/link.ts imports test/support/x.ts: nothing imports tests and benchmarks",
  ],
  [
    "tools/pulumi/engine.ts",
    `import { a } from "../../provider/index.ts";`,
    "tools/pulumi/engine.ts imports provider/index.ts: tools may import spec",
  ],
  [
    "runner/core/reactor.ts",
    `import { readFile } from "node:fs/promises";`,
    "runner/core/reactor.ts imports node:fs/promises: deciding code takes values and returns values",
  ],
  [
    "runner/core/deep/schedule.ts",
    `import pino from "pino";`,
    "runner/core/deep/schedule.ts imports pino: deciding code takes values and returns values",
  ],
  [
    "provider/classify.ts",
    "const t = Date.now();",
    "provider/classify.ts uses Date.now: deciding code gets the time and ids as values",
  ],
  [
    "provider/fingerprint.ts",
    `import { randomUUID } from "node:crypto";`,
    "provider/fingerprint.ts uses randomUUID: deciding code gets the time and ids as values",
  ],
])("%s with %s is caught", (path, text, violation) => {
  expect(violations([{ path, text }])).toEqual([violation]);
});

test.each([
  ["runner/cli/pool-apply.ts", `import { WorkerPool } from "../../provider/index.ts";`],
  ["runner/cli/pool-apply.ts", `import { findEngine } from "../../tools/pulumi/engine.ts";`],
  ["provider/reconcile.ts", `import { plan } from "./plan.ts";\nimport { a } from "../worker/index.ts";`],
  ["provider/fingerprint.ts", `// never Date.now()\nimport { createHash } from "node:crypto";`],
  ["runner/controller/daemon.ts", `const now = Date.now();`],
  ["bench/main.ts", `import { a } from "../runner/client/client.ts";`],
  ["tools/demo/main.ts", `import { a } from "../../worker/index.ts";`],
])("%s with %s is allowed", (path, text) => {
  expect(violations([{ path, text }])).toEqual([]);
});

test("every form of import is seen, and text that only looks like one is not", () => {
  const text = [
    `import "./a.ts";`,
    `export { b } from "./b.ts";`,
    `const c = await import("./c.ts");`,
    `type D = typeof import("./d.ts");`,
    `const e = require("./e.ts");`,
    `const words = 'import "./no.ts"'; // import "./nor.ts"`,
  ].join("\n");
  expect(importsOf({ path: "x.ts", text })).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts"]);
});
