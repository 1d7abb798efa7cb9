/** Files of variables: what python-dotenv takes is taken, and no other line is lost in silence. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseEnvFile, readEnvFile } from "../../spec/env-file.ts";
import { UserError } from "../../spec/index.ts";
import { refusal } from "./support.ts";

const read = (text: string) => parseEnvFile(text, { file: "vars" });

test.each<[string, string, Readonly<Record<string, string>>]>([
  ["nothing", "", {}],
  ["comments and blank lines", "\n# a\n  # b\n\n\t\nA=1\n#A=2", { A: "1" }],
  ["export and blanks", "export A=1\n  export\tB = 2 \n", { A: "1", B: "2" }],
  ["all ends of lines", "A=1\r\nB=2\rC=3", { A: "1", B: "2", C: "3" }],
  ["no value", "A=\nB= # none\nC=''", { A: "", B: "", C: "" }],
  ["the last of a name", "A=1\nA=2", { A: "2" }],
  [
    "a # with and without a blank before it",
    "A=1 # one\nB=a#b\nC='a # b' # c\nD=\"x\"#y",
    {
      A: "1",
      B: "a#b",
      C: "a # b",
      D: "x",
    },
  ],
  ["an = in the value", "URL=https://x/?a=b&c=d", { URL: "https://x/?a=b&c=d" }],
  ["quotes inside", "A=it's\nB='say \"x\"'\nC=\"it's\"", { A: "it's", B: 'say "x"', C: "it's" }],
  [
    "escapes",
    String.raw`A="a\tb\n\"c\" \\ \d"` + "\n" + String.raw`B='a\nb \'c\' \\'`,
    {
      A: 'a\tb\n"c" \\ \\d',
      B: "a\\nb 'c' \\",
    },
  ],
  [
    "several lines in quotes",
    "KEY='-----BEGIN-----\nabc==\n-----END-----'\nB=1",
    {
      KEY: "-----BEGIN-----\nabc==\n-----END-----",
      B: "1",
    },
  ],
  ["a name in quotes", "'A'=1", { A: "1" }],
  [
    "names that objects know",
    "__proto__=1\nconstructor=2",
    Object.fromEntries([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]),
  ],
])("%s", (_, text, expected) => {
  expect(Object.entries(read(text))).toEqual(Object.entries(expected));
});

const LINE = "  write `NAME=value`, or `#` before it; a value of several lines stands in quotes";
const NAME = "  write a name of letters, digits and `_` that does not begin with a digit, such as `MY_NAME`";

test.each<[string, string, readonly string[]]>([
  ["a word", "A=1\n  hunter2\nB=2", ["vars:2:3: this line is not `NAME=value`", LINE]],
  ["export of nothing", "export A", ["vars:1:1: this line is not `NAME=value`", LINE]],
  ["YAML", "A: hunter2", ["vars:1:1: this line is not `NAME=value`", LINE]],
  ["no name", "=hunter2", ["vars:1:1: this line is not `NAME=value`", LINE]],
  [
    "a bad name",
    "export é-A=1",
    ["vars:1:8: what stands before the `=` is not a name of an environment variable", NAME],
  ],
  [
    "a name of bash's or Lido's own",
    "A=1\nexport UID=hunter2\nlido_job=hunter2",
    [
      "vars:2:8: what stands before the `=` is read-only in bash: no job and no setup would see this value",
      "  write another name, such as `MY_NAME`",
      "vars:3:1: what stands before the `=` begins with `lido_`, as the variables that Lido itself uses on a worker do",
      "  write another name, such as `MY_NAME`",
    ],
  ],
  [
    "a value that no process takes",
    `A=1\nexport KEY="${"hunter2\n".repeat(20_000)}"\nB=2\nC`,
    [
      "vars:2:8: the value of `KEY` is 160000 bytes long, and Linux takes at most 131072 for a variable: its name, `=`, the value and a NUL",
      "  put it into a file that `file_mounts` or `workdir` of the pool brings to the workers, and write the file's path instead",
      "vars:20004:1: this line is not `NAME=value`",
      LINE,
    ],
  ],
  [
    "a quote without an end",
    'é=1\nA = "hunter2\nB=2',
    [
      "vars:1:1: what stands before the `=` is not a name of an environment variable",
      NAME,
      "vars:2:5: the quote that begins here is not closed",
      "  close it, or put the whole value in quotes of the other kind",
    ],
  ],
  [
    "more behind a closing quote",
    "A='é' hunter2\nB=2",
    [
      "vars:1:7: something stands behind the closing quote",
      "  put the whole value in quotes, with `\\` before those inside, or write `#` before a comment",
    ],
  ],
])("%s is refused", (_, text, expected) => {
  expect(refusal(() => read(text))).toEqual([2, ...expected]);
});

test("whatever is in it: values, or a refusal that shows nothing of it", () => {
  const secret = "hunter2";
  const parts = fc.constantFrom("A", "=", "'", '"', "\\", "#", " ", "\n", "\r", "export ", secret, "é", "1");
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 30 }), (words) => {
      expect(sentenceOf(words.join(""))).not.toContain(secret);
    }),
    { numRuns: 500 },
  );
});

/** "" where values are read; what is no UserError fails the test. */
function sentenceOf(text: string): string {
  try {
    read(text);
    return "";
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

test("a file that cannot be read", () => {
  const folder = mkdtempSync(join(tmpdir(), "lido-vars-"));
  try {
    expect(refusal(() => readEnvFile(folder))).toEqual([
      2,
      `${folder} is a folder, not a file`,
      "  name a file of `NAME=value` lines",
    ]);
    const path = join(folder, "vars");
    writeFileSync(path, Buffer.from([0x41, 0x3d, 0xff, 0xfe]));
    expect(refusal(() => readEnvFile(path))).toEqual([
      2,
      `${path} is not UTF-8 text`,
      "  save it as UTF-8, or name a file of `NAME=value` lines",
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
