// `node tools/ci-summary.mjs FOLDER`: adds up what .ci/run has left there (for each run of tests NAME.exit with its exit code
// and NAME.json by vitest, and one NAME.lint with an exit code per linter) and prints "N passed, N failed" as the last line. Decides only what counts as
// failed: a failed or skipped test, a test file that did not load, a test run that left no report, a failed linter.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

const EXCERPT_LINES = 10;
const EXCERPT_COLUMNS = 300;

/** Counts and the names of what failed, from vitest's report (undefined: none was written) and its exit code. */
function countTests(run, report, exitCode) {
  if (report === undefined) return { passed: 0, failures: [`the ${run}: no report was written`] };
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status, failureMessages }) => ({
      name: `${name}: ${fullName}`,
      status,
      why: failureMessages?.[0],
    })),
  );
  const failures = [
    ...report.testResults
      .filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0)
      .map(({ name, message }) => withExcerpt(`${name}: did not load`, message)),
    ...tests
      .filter(({ status }) => status !== "passed")
      .map(({ name, status, why }) => withExcerpt(`${name}: ${status}`, why)),
  ];
  if (failures.length === 0 && tests.length === 0) failures.push(`the ${run}: there were none`);
  if (failures.length === 0 && exitCode !== 0) failures.push(`the ${run}: exit code ${exitCode} without a failed test`);
  return { passed: tests.filter(({ status }) => status === "passed").length, failures };
}

/** With the first lines of what failed: whoever sees only the end of the output sees what was wrong. */
function withExcerpt(text, message) {
  if (!message) return text;
  const lines = stripVTControlCharacters(message).split("\n").slice(0, EXCERPT_LINES);
  return [text, ...lines.map((line) => `    ${line.slice(0, EXCERPT_COLUMNS)}`)].join("\n");
}

/** The same for the linters, from `[name, exit code]` pairs. */
function countLinters(results) {
  const failures = results.filter(([, exitCode]) => exitCode !== 0).map(([name]) => `lint: ${name} failed`);
  return { passed: results.length - failures.length, failures };
}

function main(folder) {
  const read = (name) => readFileSync(join(folder, name), "utf8");
  const files = readdirSync(folder);
  const named = (ending) =>
    files.filter((name) => name.endsWith(ending)).map((name) => [name.slice(0, -ending.length), Number(read(name))]);
  const reportOf = (run) => (files.includes(`${run}.json`) ? JSON.parse(read(`${run}.json`)) : undefined);
  const counts = [
    ...named(".exit").map(([run, exitCode]) => countTests(run, reportOf(run), exitCode)),
    countLinters(named(".lint")),
  ];
  const failures = counts.flatMap((count) => count.failures);
  for (const failure of failures) console.log(`ci: ${failure}`);
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  console.log(`${passed} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2]);
