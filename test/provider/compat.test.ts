/** The types for old TypeScript say the same as the present ones, and the TypeScript that Pulumi brings along reads them. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, expectTypeOf, test } from "vitest";
import type * as old from "../../provider/compat/index.d.ts";
import type * as present from "../../provider/index.ts";
import { packageRoot, pulumiPackageFile } from "../../tools/pulumi/engine.ts";

// Judged by `tsc --noEmit`, which CI runs over the tests: vitest itself takes types away.
test("both know the same arguments, policies and workers", () => {
  expectTypeOf<keyof old.PoolArgs>().toEqualTypeOf<keyof present.PoolArgs>();
  expectTypeOf<keyof old.ResourceArgs>().toEqualTypeOf<keyof present.ResourceArgs>();
  expectTypeOf<keyof old.FileMountArgs>().toEqualTypeOf<keyof present.FileMountArgs>();
  expectTypeOf<keyof old.PoolOverrides>().toEqualTypeOf<keyof present.PoolOverrides>();
  expectTypeOf<keyof old.UpdatePolicyArgs>().toEqualTypeOf<keyof present.UpdatePolicyArgs>();
  expectTypeOf<old.RosterWorker>().toEqualTypeOf<present.RosterWorker>();
  expectTypeOf<keyof old.WorkerPool>().toEqualTypeOf<keyof present.WorkerPool>();
});

const COMPAT = join(packageRoot(), "provider/compat/index.d.ts");
const GOOD = `import { WorkerPool } from "lido";
const pool = new WorkerPool("p", { workers: 3, infra: "local", updatePolicy: { maxSurge: "25%", drainTimeout: "1m" } });
export const names = pool.workers.apply((workers) => workers.map(({ name }) => name));
`;

test("TypeScript 3.8 compiles a program against them, and refuses a wrong one", { timeout: 120_000 }, () => {
  // Its interface is today's, as far as it is used here.
  const file = pulumiPackageFile("vendor/typescript@3.8.3/typescript.js");
  const ts = createRequire(import.meta.url)(file) as typeof import("typescript");
  expect(ts.version).toBe("3.8.3");
  const folder = mkdtempSync(join(tmpdir(), "lido-compat-"));
  const problems = (name: string, text: string): string[] => {
    const path = join(folder, name);
    writeFileSync(path, text);
    const program = ts.createProgram([path], {
      target: ts.ScriptTarget.ES2018,
      module: ts.ModuleKind.CommonJS,
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      baseUrl: folder,
      paths: { lido: [COMPAT] },
    });
    // Like ts-node in Pulumi's host: what newer packages beside it write is not looked at.
    const files = [path, COMPAT].map((one) => program.getSourceFile(one));
    const found = files.flatMap((one) => [...ts.getPreEmitDiagnostics(program, one)]);
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
  };
  try {
    symlinkSync(join(packageRoot(), "node_modules"), join(folder, "node_modules"));
    expect(problems("good.ts", GOOD)).toEqual([]);
    const [wrong] = problems("bad.ts", GOOD.replace("drainTimeout", "drainTime"));
    expect(wrong).toContain("'drainTime'");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
