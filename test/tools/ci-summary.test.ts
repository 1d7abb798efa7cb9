import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../tools/ci-summary.mjs", import.meta.url));

/** A report in the shape of vitest's JSON reporter: per file, the status of each test. */
function report(files: Readonly<Record<string, readonly string[]>>): string {
  const testResults = Object.entries(files).map(([name, statuses]) => ({
    name,
    status: statuses.length > 0 && statuses.every((status) => status === "passed") ? "passed" : "failed",
    assertionResults: statuses.map((status, index) => ({ fullName: `test ${index + 1}`, status })),
  }));
  return JSON.stringify({ testResults });
}

function summary(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "lido-ci-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { status, stdout } = spawnSync(process.execPath, [SCRIPT, folder], { encoding: "utf8" });
    return { status, stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("tests and linters that all passed add up", () => {
  const tests = report({ "a.test.ts": ["passed", "passed"], "b.test.ts": ["passed"] });
  expect(summary({ "tests.json": tests, "tests.exit": "0\n", "tsc.lint": "0\n", "knip.lint": "0\n" })).toEqual({
    status: 0,
    stdout: "5 passed, 0 failed\n",
  });
});

test("every run of tests counts, and one that left no report is missed", () => {
  const tests = report({ "a.test.ts": ["passed", "passed"] });
  expect(summary({ "tests.json": tests, "tests.exit": "0", "faults.json": tests, "faults.exit": "0" })).toEqual({
    status: 0,
    stdout: "4 passed, 0 failed\n",
  });
  expect(summary({ "tests.json": tests, "tests.exit": "0", "faults.exit": "1" })).toEqual({
    status: 1,
    stdout: "ci: the faults: no report was written\n2 passed, 1 failed\n",
  });
});

test("a failed and a skipped test, a file that did not load and a failed linter all count as failed", () => {
  const tests = report({ "a.test.ts": ["passed", "failed", "pending", "todo"], "b.test.ts": [] });
  expect(summary({ "tests.json": tests, "tests.exit": "1", "tsc.lint": "0", "knip.lint": "1" })).toEqual({
    status: 1,
    stdout: [
      "ci: b.test.ts: did not load",
      "ci: a.test.ts: test 2: failed",
      "ci: a.test.ts: test 3: pending",
      "ci: a.test.ts: test 4: todo",
      "ci: lint: knip failed",
      "2 passed, 5 failed",
      "",
    ].join("\n"),
  });
});

test("the first lines of a failure stand below it, since only the end of the output may be seen", () => {
  const message = `\u001b[31mError:\u001b[39m one\n${Array.from({ length: 20 }, (_, line) => `line ${line}`).join("\n")}`;
  const testResults = [
    { name: "a.test.ts", status: "failed", assertionResults: [], message: "no such file" },
    {
      name: "b.test.ts",
      status: "failed",
      assertionResults: [{ fullName: "x", status: "failed", failureMessages: [message] }],
    },
  ];
  const { stdout } = summary({ "tests.json": JSON.stringify({ testResults }), "tests.exit": "1" });
  const lines = stdout.split("\n");
  expect(lines.slice(0, 5)).toEqual([
    "ci: a.test.ts: did not load",
    "    no such file",
    "ci: b.test.ts: x: failed",
    "    Error: one",
    "    line 0",
  ]);
  expect(lines.slice(-4)).toEqual(["    line 7", "    line 8", "0 passed, 2 failed", ""]);
});

test.each([
  ["no report", {}, "1", "ci: the tests: no report was written\n0 passed, 1 failed\n"],
  ["no test at all", { "tests.json": report({}) }, "0", "ci: the tests: there were none\n0 passed, 1 failed\n"],
  [
    "an error outside of every test",
    { "tests.json": report({ "a.test.ts": ["passed"] }) },
    "1",
    "ci: the tests: exit code 1 without a failed test\n1 passed, 1 failed\n",
  ],
])("%s is a failure", (_, files, exit, stdout) => {
  expect(summary({ ...files, "tests.exit": exit })).toEqual({ status: 1, stdout });
});
