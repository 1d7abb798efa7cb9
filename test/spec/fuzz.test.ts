/** Whatever stands in a file, the answer is a value that survives JSON, or a SpecError whose problems have a place. */
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Problem, parseJob, parsePool, poolFromArgs, SpecError, type WorkerPoolArgs } from "../../spec/index.ts";

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
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 }))), (parts) => {
      expect(complaints(parts.join(""))).toEqual([]);
    }),
    {
      numRuns: 300,
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
    { numRuns: 600 },
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
    { numRuns: 250 },
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
    { numRuns: 400 },
  );
});

test("aliases that repeat each other a billion times are refused at once", () => {
  const laughs = Array.from(
    { length: 12 },
    (_, level) =>
      `  l${level}: &l${level} [${Array(10)
        .fill(level === 0 ? "ha" : `*l${level - 1}`)
        .join(", ")}]`,
  );
  const text = `run: x\nconfig:\n${laughs.join("\n")}\n`;
  expect(() => parseJob(text, { file: "f.yaml" })).toThrow(
    [
      "f.yaml:1:1: the aliases (`*name`) of this file repeat its parts more than 100 times",
      "  1 | run: x",
      "    | ^",
      "  write the values themselves in place of some aliases",
    ].join("\n"),
  );
});

test("a file that is nested too deeply is refused", () => {
  expect(() => parseJob(`run: x\nconfig: {a: ${"[".repeat(20_000)}`, { file: "f.yaml" })).toThrow(SpecError);
});
