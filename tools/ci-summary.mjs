// `node tools/ci-summary.mjs FOLDER`: adds up what .ci/run has left there (tests.json of vitest, tests.exit, and one
// NAME.lint with an exit code per linter) and prints "N passed, N failed" as the last line. Decides only what counts as
// failed: a failed or skipped test, a test file that did not load, a test run that left no report, a failed linter.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Counts and the names of what failed, from vitest's report (undefined: none was written) and its exit code. */
function countTests(report, exitCode) {
  if (report === undefined) return { passed: 0, failures: ["the tests: no report was written"] };
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({ name: `${name}: ${fullName}`, status })),
  );
  const failures = [
    ...report.testResults
      .filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0)
      .map(({ name }) => `${name}: did not load`),
    ...tests.filter(({ status }) => status !== "passed").map(({ name, status }) => `${name}: ${status}`),
  ];
  if (failures.length === 0 && tests.length === 0) failures.push("the tests: there were none");
  if (failures.length === 0 && exitCode !== 0) failures.push(`the tests: exit code ${exitCode} without a failed test`);
  return { passed: tests.filter(({ status }) => status === "passed").length, failures };
}

/** The same for the linters, from `[name, exit code]` pairs. */
function countLinters(results) {
  const failures = results.filter(([, exitCode]) => exitCode !== 0).map(([name]) => `lint: ${name} failed`);
  return { passed: results.length - failures.length, failures };
}

function main(folder) {
  const read = (name) => readFileSync(join(folder, name), "utf8");
  const files = readdirSync(folder);
  const report = files.includes("tests.json") ? JSON.parse(read("tests.json")) : undefined;
  const linters = files.filter((name) => name.endsWith(".lint")).map((name) => [name.slice(0, -5), Number(read(name))]);
  const counts = [countTests(report, Number(read("tests.exit"))), countLinters(linters)];
  const failures = counts.flatMap((count) => count.failures);
  for (const failure of failures) console.log(`ci: ${failure}`);
  console.log(`${counts[0].passed + counts[1].passed} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2]);
