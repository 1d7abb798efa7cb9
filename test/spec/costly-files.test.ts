/** No file takes long or much memory, whatever it holds: each is read by a process of its own, which is measured. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lido-spec-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Told {
  readonly cpuMs: number;
  readonly rssMiB: number;
  readonly answer: string;
}

function check(text: string): Told {
  const file = join(folder, "f.yaml");
  writeFileSync(file, text);
  const child = join(import.meta.dirname, "check-child.ts");
  const { stdout, stderr, status } = spawnSync(process.execPath, [child, file], { encoding: "utf8" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  const told = JSON.parse(stdout) as Told;
  return { ...told, answer: told.answer.replaceAll(file, "f.yaml").split("\n")[0] ?? "" };
}

const MB = 1024 * 1024;
const filled = (piece: string, size: number): string => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
const numbered = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");
const lettersOf = (number: number): string =>
  number.toString(26).replaceAll(/\d/g, (digit) => "qrstuvwxyz".charAt(Number(digit)));
const escaped = (text: string): string => text.replaceAll(/[.*+?()[\]{}|^$\\]/g, "\\$&");
const laughs = numbered(
  12,
  (level) =>
    `  l${level}: &l${level} [${Array(10)
      .fill(level === 0 ? "ha" : `*l${level - 1}`)
      .join(", ")}]`,
);

const TOO_LARGE = "f.yaml is larger than 1 MB, which no pool or job file is";
const TOO_MUCH = "f.yaml:1:1: this file holds far more values than any pool or job has";
const TOO_DEEP = /^f\.yaml:\d+:\d+: the file is nested too deeply to be read$/;
const ANY = /^(f\.yaml:\d+:\d+: |\{)/;

test.each<[string, string, string | RegExp]>([
  ["a small file", "run: echo hi\n", /^\{"kind":"job"/],
  ["10 MB of keys", numbered(MB, (index) => `key${index}: 1`), TOO_LARGE],
  ["10 MB of brackets", filled("[", 10 * MB), TOO_LARGE],
  ["a long script", `run: |\n${filled("  echo hi\n", MB - 100)}`, /^\{"kind":"job"/],
  ["a long line", `run: ${filled("x", MB - 100)}`, /^\{"kind":"job"/],
  ["1 MB of quotes", filled("'", MB), ANY],
  ["1 MB of tabs", `run: x\n${filled("\t", MB - 100)}`, ANY],
  ["1 MB of line breaks", filled("\n", MB), TOO_MUCH],
  ["1 MB of commas", `run: x\nconfig: {a: [${filled("1,", MB - 100)}`, TOO_MUCH],
  ["1 MB of documents", filled("---\n", MB), TOO_MUCH],
  [
    "a billion laughs",
    `run: x\nconfig:\n${laughs}\n`,
    "f.yaml:1:1: the aliases (`*name`) of this file repeat its parts more than 100 times",
  ],
  ["as many aliases as fit", `run: &a x\nconfig: {a: [${filled("*a,", 16_000)}a]}`, ANY],
  ["as many anchors as fit", `run: x\nconfig: {a: [${filled("&a a,", 18_000)}a]}`, ANY],
  ["as deep as fits", filled("[", 19_000), TOO_DEEP],
  ["as deep as fits, as mappings", `run: x\nconfig: ${filled("{a: ", 15_000)}`, TOO_DEEP],
  ["as deep as fits, as a list", filled("- ", 9_000), TOO_DEEP],
  ["as many unknown keys as fit", numbered(3300, (index) => `key${index}: 1`), ANY],
  ["as many wrong variables as fit", `run: x\nenvs:\n${numbered(2800, (index) => `  k-${index}: 1`)}`, ANY],
  ["as many secrets as fit", `run: 3\nsecrets:\n${numbered(2800, (index) => `  k${index}: a`)}`, ANY],
  ["as many misspelt secrets as fit", numbered(3300, (index) => `secret${index}: 1`), ANY],
  ["as many words for secrets as fit", `run: x\n ]${filled("secret ", MB - 100)}`, ANY],
  ["as many words as fit", `run: x\n ]${numbered(130_000, (index) => `se${lettersOf(index)}`)}`, ANY],
  ["as many aliases below secrets as fit", `run: x\nsecrets: {${filled("a: *a, ", 20_000)}`, ANY],
  [
    "as many merged secrets as fit",
    `a0: &a0 {secrets: {A: 1}}\n${numbered(900, (index) => `a${index + 1}: &a${index + 1} {secrets: {<<: [*a${index}, *a${index}]}}`)}`,
    ANY,
  ],
  ["as many open values as fit", `run: x\nenvs:\n${numbered(3200, (index) => `  k${index}:`)}`, ANY],
  ["as many repeated keys as fit", filled("run: x\n", 20_000), ANY],
  ["as many alternatives as fit", `run: x\nresources: {any_of: [${filled("{},", 15_000)}{}]}`, ANY],
])("%s", (_, text, expected) => {
  const { cpuMs, rssMiB, answer } = check(text);
  expect(answer).toMatch(typeof expected === "string" ? new RegExp(`^${escaped(expected)}$`) : expected);
  expect(rssMiB).toBeLessThan(200);
  expect(cpuMs).toBeLessThan(2000);
});
