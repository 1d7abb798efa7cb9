// `npm run lint [-- NAME…]`: every linter, or the named ones, each to its end; one line each and the output of what
// failed. Exit code 1 if one failed. Never changes a file.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

const LINTERS = {
  oxlint: ["oxlint/bin/oxlint", "--type-aware", "--deny-warnings"],
  biome: ["@biomejs/biome/bin/biome", "check", "--error-on-warnings"],
  tsc: ["typescript/bin/tsc", "--noEmit"],
  knip: ["knip/bin/knip.js"],
};

function lint(name) {
  const [script, ...args] = LINTERS[name];
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "node_modules", script), ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`lint: ${name} ${status === 0 ? "passed" : "failed"} (${seconds} s)`);
  if (status !== 0) console.log(`${stdout}${stderr}`);
  return status === 0;
}

function main(names) {
  const unknown = names.find((name) => !Object.hasOwn(LINTERS, name));
  if (unknown !== undefined) {
    console.error(`There is no linter "${unknown}"; there are ${Object.keys(LINTERS).join(", ")}.`);
    return 2;
  }
  const results = (names.length > 0 ? names : Object.keys(LINTERS)).map(lint);
  return results.every(Boolean) ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
