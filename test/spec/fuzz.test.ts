/**
 * Whatever stands in a file, the answer is a value that survives JSON, or a SpecError whose problems have a place. What
 * fails is printed with its seed; `LIDO_FUZZ=50` runs fifty times as many.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  normalForm,
  type Problem,
  parseJob,
  parsePool,
  poolFromArgs,
  problemLines,
  reportOnFile,
  SpecError,
  type WorkerPoolArgs,
} from "../../spec/index.ts";
import { reportOf } from "../../spec/report.ts";

const TIMES = Number(process.env["LIDO_FUZZ"] ?? 1);

const GOOD = [
  "pool:\n  min_workers: 0\n  max_workers: 3\n  queue_length_threshold: 1\nrun: echo hi\n",
  "run: echo hi\nresources:\n  infra: aws/us-east-1\n  cpus: 4+\n  memory: 64GB+\n  accelerators: {H100:1, 'T4:2'}\n",
  "pool: {workers: 3}\nrun: |\n  echo a\n  echo b\nresources:\n  any_of:\n    - {infra: aws, use_spot: true}\n    - accelerators: [L4:0.5, T4]\n",
  "pool: &p {workers: 3}\nrun: x\nfile_mounts:\n  ~/a: ./a\n  /b: {source: s3://b, mode: COPY, config: {mount: {read_only: true}}}\nenvs: {A: 1.0, B: null}\nsecrets:\n  <<: {C: x}\nconfig: *p\n",
];
const PIECES = [
  "\n",
  "  ",
  "\t",
  ":",
  ": ",
  "- ",
  "{",
  "}",
  "[",
  "]",
  "'",
  '"',
  "&a ",
  "*a",
  "<<: ",
  "!t ",
  "|",
  "#",
  "---\n",
  "null",
  "-1",
  "1e999",
  "\0",
  "\u{feff}",
  "\u{2028}",
  "😀",
  "__proto__: ",
  "constructor: ",
  "? ",
];

/** What is wrong with the answer to `text`: nothing, if all is well. */
function complaints(text: string): readonly unknown[] {
  return [parsePool, parseJob].flatMap((parse) => {
    try {
      const parsed = parse(text, { file: "f.yaml" });
      return isDeepStrictEqual(JSON.parse(JSON.stringify(parsed)), parsed) ? [] : [["not the same after JSON", parsed]];
    } catch (error) {
      if (!(error instanceof SpecError)) return [error];
      return error.problems.filter((problem) => !isWellSaid(problem));
    }
  });
}

const isWellSaid = ({ where, message, advice }: Problem): boolean =>
  where.kind === "text" &&
  where.place.file === "f.yaml" &&
  where.place.line >= 1 &&
  where.place.column >= 1 &&
  [message, advice].every((words) => words !== "" && !/undefined|\[object|\n|NaN/.test(words));

/** What is wrong with the answer to `args`: nothing, if all is well. */
function complaintsAbout(args: unknown): readonly unknown[] {
  try {
    const spec = poolFromArgs(args as WorkerPoolArgs);
    return isDeepStrictEqual(JSON.parse(JSON.stringify(spec)), spec) ? [] : [["not the same after JSON", spec]];
  } catch (error) {
    return error instanceof SpecError && error.message.startsWith("WorkerPool: ") ? [] : [error];
  }
}

test("random text", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (text) => {
      expect(complaints(text)).toEqual([]);
    }),
    { numRuns: 200 * TIMES },
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 }))), (parts) => {
      expect(complaints(parts.join(""))).toEqual([]);
    }),
    {
      numRuns: 300 * TIMES,
    },
  );
});

test("good files with something put in, left out or moved", () => {
  const edit = fc.record({
    at: fc.nat(400),
    cut: fc.nat(12),
    put: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 })),
  });
  fc.assert(
    fc.property(fc.constantFrom(...GOOD), fc.array(edit, { minLength: 1, maxLength: 4 }), (good, edits) => {
      const text = edits.reduce((sum, { at, cut, put }) => sum.slice(0, at) + put + sum.slice(at + cut), good);
      expect(complaints(text)).toEqual([]);
    }),
    { numRuns: 600 * TIMES },
  );
});

test("files whose values are of any kind", () => {
  const key = fc.constantFrom(
    "pool",
    "workers",
    "resources",
    "any_of",
    "infra",
    "cpus",
    "envs",
    "file_mounts",
    "run",
    "accelerators",
    "source",
    "x",
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small" },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(key, tie("any"), { maxKeys: 5 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, (one) => {
      expect(complaints(JSON.stringify(one))).toEqual([]);
    }),
    { numRuns: 250 * TIMES },
  );
});

test("arguments of any kind", () => {
  const key = fc.constantFrom(
    "workers",
    "minWorkers",
    "maxWorkers",
    "infra",
    "resources",
    "cpus",
    "anyOf",
    "envs",
    "fileMounts",
    "setup",
    "workdir",
    "x",
  );
  fc.assert(
    fc.property(fc.dictionary(key, fc.anything({ maxDepth: 3 })), (args) => {
      expect(complaintsAbout(args)).toEqual([]);
    }),
    { numRuns: 400 * TIMES },
  );
});

test("random bytes in a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "lido-spec-"));
  const file = join(folder, "f.yaml");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      writeFileSync(file, bytes);
      expect(reportOnFile(file, { cwd: folder }).file).toBe(file);
    }),
    { numRuns: 200 * TIMES },
  );
  rmSync(folder, { recursive: true });
});

test("a secret is never shown, however broken its file is", () => {
  const secret = "hunter2hunter2";
  const before = "run: x\nname: [1]\nzebra: 1\nsecrets:";
  const after = `\n  TOKEN: ${secret}\n  OTHER: "${secret}"\n  LONG: |\n    ${secret}\n    ${secret}\n  B-C: ${secret}\n`;
  // What makes a key of it: a name may be shown.
  const inside = PIECES.filter((piece) => !/[\n\u2028:?]/.test(piece));
  const edit = fc.record({
    at: fc.nat(after.length),
    put: fc.oneof(
      fc.constantFrom(...inside),
      fc.string({ maxLength: 3 }).filter((text) => !/[:?]/.test(text)),
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 3 }), (edits) => {
      // Not into a secret itself: half of one is another text.
      const free = edits.filter(
        ({ at }) => !/hunter2?$/.test(after.slice(0, at)) && !/[\n\r]/.test(after[at - 1] ?? ""),
      );
      const broken = free.toSorted((a, b) => b.at - a.at).reduce((text, { at, put }) => splice(text, at, put), after);
      const { spec, problems } = reportOf(before + broken, { file: "f.yaml" });
      const told = [...problemLines(problems), JSON.stringify(spec ? normalForm(spec) : "")].join("\n");
      expect(told).not.toContain(secret);
    }),
    { numRuns: 400 * TIMES },
  );
});

test("a secret is never shown, wherever it stands", () => {
  const secret = "hunter2hunter2";
  const word = fc.constantFrom("secrets", "secret", "secerts", "Secrets", '"secrets"', "my_secrets", "password");
  const colon = fc.constantFrom(": ", ":", " ", " = ", ":\n  ", ":\n    ", ":\n");
  const held = fc.constantFrom(
    `{TOKEN: ${secret}}`,
    `{TOKEN: &t "${secret}"}`,
    `{TOKEN: &t ${secret}, B: 1}`,
    `{TOKEN:${secret}}`,
    `{TOKEN=${secret}}`,
    `{TOKEN ${secret}}`,
    `[TOKEN: ${secret}]`,
    `[${secret}]`,
    `TOKEN: ${secret}`,
    secret,
    `TOKEN=${secret}`,
    `{A: {TOKEN: [&t ${secret}]}}`,
    `&t ${secret}`,
    `|\n    ${secret}`,
    `{\nTOKEN: ${secret}\n}`,
  );
  const section = fc
    .tuple(fc.constantFrom("", "  ", "    ", "- ", "  - ", "a: "), word, colon, held)
    .map((parts) => parts.join(""));
  const inFlow = fc
    .tuple(fc.constantFrom("{run: x, ", "{run: x, envs: {", "[", "name: {"), word, colon, held)
    .chain((parts) => fc.constantFrom("}", ", foo: 1}", "}}", "]", "").map((end) => [...parts, end].join("")));
  const line = fc.constantFrom(
    "run: x",
    "name: q",
    "name: [1]",
    "envs:",
    "  A: b",
    "resources:",
    "  cpus: x",
    "service:",
    "pool: {workers: 1}",
    "num_nodes: *t",
    "resources: {infra: *t, labels: {a: *t}}",
    "volumes: &t [1]",
    "foo: *t",
    "  - *t",
    "foo: 1",
    "}",
    "pool: {workers: 5, max_workers: *t}",
    "<<: *t",
    "envs: *t",
    "file_mounts: {/a: *t}",
    "{a: 1}",
    "*t : 1",
    "---",
    `foo: 1 # secrets: {TOKEN: ${secret}}`,
    `name: &t [${secret}]\nsecrets: {T: *t}`,
    `num_nodes: &t ${secret}\nsecrets: {T: *t}`,
  );
  const text = fc
    .tuple(fc.array(line, { maxLength: 4 }), fc.oneof(section, inFlow), fc.array(line, { maxLength: 4 }))
    .map(([before, middle, after]) => [...before, middle, ...after, ""].join("\n"));
  const asRead = fc.constantFrom(undefined, "pool" as const, "job" as const);
  fc.assert(
    fc.property(text, asRead, (one, as) => {
      const { problems } = reportOf(one, { file: "f.yaml", as });
      expect(problemLines(problems).join("\n")).not.toContain(secret);
    }),
    { numRuns: 600 * TIMES },
  );
});

const splice = (text: string, at: number, put: string): string => text.slice(0, at) + put + text.slice(at);

test("a file that is nested too deeply is refused", () => {
  expect(() => parseJob(`run: x\nconfig: {a: ${"[".repeat(10_000)}`, { file: "f.yaml" })).toThrow(SpecError);
});
