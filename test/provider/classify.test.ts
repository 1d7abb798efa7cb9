/** What each change of an input means, row by row, and the words for its causes. */
import { expect, test } from "vitest";
import { type Change, classify, type Described } from "../../provider/classify.ts";
import { fingerprintOf } from "../../provider/fingerprint.ts";
import type { Content, FileSet } from "../../provider/inputs.ts";
import { listingOf } from "../../provider/listing.ts";
import { type PoolSpec, parsePool, poolFromArgs } from "../../spec/index.ts";

const base: PoolSpec = {
  kind: "pool",
  size: { min: 3, max: 3 },
  resources: { ordered: false, anyOf: [{ cpus: { value: 2, orMore: true } }] },
  envs: { MODEL: "small", BATCH: "8" },
  secrets: { TOKEN: "hunter2" },
  fileMounts: [
    { target: "~/data", sources: ["./data"], mode: "COPY" },
    { target: "/bucket", sources: ["s3://b/p"], mode: "MOUNT", config: { mount: { read_only: true }, a: 1 } },
  ],
  setup: "echo one\necho two\necho three",
  workdir: { path: "." },
};
const files = { "train.py": "aa", "data.py": "bb", "util.py": "cc" };

/** Its digest says what it holds, as a real one does. */
function set(hashes: Readonly<Record<string, string>>): FileSet {
  return { digest: JSON.stringify(hashes), count: Object.keys(hashes).length, bytes: 10, files: listingOf(hashes) };
}

const content: Content = { workdir: set(files), mounts: { "~/data": set({ "x.csv": "1", "y.csv": "2" }) } };

interface Twist {
  readonly spec?: Partial<PoolSpec>;
  readonly content?: Partial<Content>;
  readonly described?: Partial<Described>;
}

function described({ spec = {}, content: held = {}, described: more = {} }: Twist = {}): Described {
  const whole = { ...base, ...spec };
  const fingerprint = fingerprintOf(whole, { ...content, ...held }, "key");
  const { size: scaling, updatePolicy = {} } = whole;
  return { identity: "o/p/s/pool", infra: "local", size: scaling.min, fingerprint, scaling, updatePolicy, ...more };
}

const change = (twist: Twist): Change => classify(described(), described(twist));
const anyOf = (...list: PoolSpec["resources"]["anyOf"]) => ({ resources: { ordered: false, anyOf: list } });
const local = { kind: "local", text: "local" } as const;
const cpus = { cpus: { value: 2, orMore: true } };

test.each<[string, Twist]>([
  ["the same", {}],
  [
    "keys in another order",
    { spec: { envs: { BATCH: "8", MODEL: "small" }, fileMounts: base.fileMounts.toReversed() } },
  ],
  ["blanks at the ends of setup's lines", { spec: { setup: "echo one\necho two  \necho three\n" } }],
  ["the folder of the same files", { spec: { workdir: { path: "/elsewhere" } } }],
  [
    "the place of a mount's same files",
    {
      spec: {
        fileMounts: [{ target: "~/data", sources: ["./moved"], mode: "COPY" as const }, ...base.fileMounts.slice(1)],
      },
    },
  ],
  ["infra written where it was the default", { spec: anyOf({ infra: local, ...cpus }) }],
  ["what says nothing about a worker", { spec: anyOf({ ...cpus, priority: 5, autostop: 10 }) }],
  ["the name in the file, volumes and config", { spec: { name: "other", volumes: { a: 1 }, config: { b: 2 } } }],
])("nothing: %s", (_, twist) => {
  expect(change(twist)).toEqual({ kind: "nothing" });
});

test.each<[string, Twist, Omit<Extract<Change, { kind: "scale" }>, "kind">]>([
  ["the count", { spec: { size: { min: 5, max: 5 } } }, { from: 3, to: 5, causes: [] }],
  [
    "the update policy",
    { spec: { updatePolicy: { maxSurge: 2, canary: 1 } } },
    { from: 3, to: 3, causes: ["update policy changed: canary, max_surge (maxSurge)"] },
  ],
  [
    "limits in place of a count",
    { spec: { size: { min: 3, max: 6, queueLengthThreshold: 2 } } },
    {
      from: 3,
      to: 3,
      causes: [
        "autoscaling changed: max_workers (maxWorkers), min_workers (minWorkers), queue_length_threshold (queueLengthThreshold)",
      ],
    },
  ],
])("scale: %s", (_, twist, expected) => {
  expect(change(twist)).toEqual({ kind: "scale", ...expected });
});

test("scale: autoscaling numbers, while the pool keeps its count", () => {
  const old = described({ spec: { size: { min: 0, max: 6, upscaleDelaySeconds: 5 } }, described: { size: 4 } });
  const wanted = described({ spec: { size: { min: 0, max: 9, upscaleDelaySeconds: 9 } }, described: { size: 4 } });
  expect(classify(old, wanted)).toEqual({
    kind: "scale",
    from: 4,
    to: 4,
    causes: ["autoscaling changed: max_workers (maxWorkers), upscale_delay_seconds (upscaleDelaySeconds)"],
  });
});

test.each<[string, Twist, string]>([
  ["identity", { described: { identity: "o/p/s/other" } }, "the pool's identity changed: o/p/s/pool -> o/p/s/other"],
  ["where machines come from", { described: { infra: "aws" } }, "infra changed: local -> aws"],
  ["inventory", { described: { infra: "ssh/lab" }, spec: { setup: "x" } }, "infra changed: local -> ssh/lab"],
])("rebuild: %s", (_, twist, cause) => {
  expect(change(twist)).toEqual({ kind: "rebuild", causes: [cause] });
});

const lines = (...names: readonly string[]) => ({ spec: { setup: names.map((name) => `echo ${name}`).join("\n") } });
const withFiles = (hashes: Readonly<Record<string, string>>) => ({ content: { workdir: set(hashes) } });
const bucket = (fields: object) => ({
  spec: { fileMounts: [base.fileMounts[0], { ...base.fileMounts[1], ...fields }] as PoolSpec["fileMounts"] },
});

test.each<[string, Twist, readonly string[]]>([
  ["one line of setup", lines("one", "two", "3"), ["setup changed: line 3"]],
  ["two lines of setup that are apart", lines("1", "two", "3"), ["setup changed: lines 1, 3"]],
  ["lines of setup side by side", lines("1", "2", "three"), ["setup changed: lines 1-2"]],
  ["a line of setup more", lines("one", "two", "three", "four"), ["setup changed: line 4 added"]],
  ["a line of setup less", lines("one", "three"), ["setup changed: line 2 removed"]],
  ["one line of setup for two", lines("one", "3"), ["setup changed: line 2"]],
  ["a shorter setup", lines("one"), ["setup changed: lines 2-3 removed"]],
  ["a setup in other lines", lines("a", "b", "c", "d", "e"), ["setup changed: lines 1-5"]],
  ["an environment variable", { spec: { envs: { MODEL: "large", BATCH: "8" } } }, ["envs changed: MODEL"]],
  [
    "names of the environment",
    { spec: { envs: { MODEL: "small", DEPTH: "1" } } },
    ["envs added: DEPTH", "envs removed: BATCH"],
  ],
  ["a secret", { spec: { secrets: { TOKEN: "hunter3" } } }, ["secrets changed: TOKEN"]],
  ["a secret more", { spec: { secrets: { TOKEN: "hunter2", KEY: "k" } } }, ["secrets added: KEY"]],
  ["a file of the workdir", withFiles({ ...files, "train.py": "xx" }), ["workdir: 1 of 3 files changed: train.py"]],
  [
    "files of the workdir that came and went",
    withFiles({ "train.py": "xx", "util.py": "cc", "new.py": "dd" }),
    ["workdir: 3 of 4 files changed: data.py (removed), new.py (new), train.py"],
  ],
  [
    "many files of the workdir",
    withFiles({ a: "1", b: "2", c: "3", "train.py": "aa" }),
    ["workdir: 5 of 6 files changed: a (new), b (new), c (new) and 2 more"],
  ],
  [
    "no workdir",
    { spec: { workdir: undefined } as never, content: { workdir: undefined } as never },
    ["workdir removed"],
  ],
  [
    "a repository as workdir",
    { spec: { workdir: { url: "https://x.org/a" } } },
    ["workdir changed: a repository instead of a folder"],
  ],
  [
    "a file of a mount",
    { content: { mounts: { "~/data": set({ "x.csv": "1", "y.csv": "3" }) } } },
    ["file_mounts: ~/data: 1 of 2 files changed: y.csv"],
  ],
  ["another bucket", bucket({ sources: ["s3://b/q"] }), ["file_mounts changed: /bucket"]],
  ["another mode of a bucket", bucket({ mode: "COPY" }), ["file_mounts changed: /bucket"]],
  ["a mount elsewhere", bucket({ target: "/other" }), ["file_mounts added: /other", "file_mounts removed: /bucket"]],
  [
    "resources",
    { spec: anyOf({ cpus: { value: 4, orMore: true }, memoryGiB: { value: 8, orMore: false } }) },
    ["resources changed: cpus, memory"],
  ],
  ["alternatives", { spec: anyOf(cpus, { accelerator: { name: "T4", count: 1 } }) }, ["resources changed"]],
])("roll: %s", (_, twist, causes) => {
  expect(change(twist)).toEqual({ kind: "roll", from: 3, to: 3, causes });
});

test("roll: several inputs at once, and the count as well", () => {
  const twist = { spec: { ...lines("1", "two", "three").spec, size: { min: 9, max: 9 }, secrets: {} } };
  expect(change(twist)).toEqual({
    kind: "roll",
    from: 3,
    to: 9,
    causes: ["setup changed: line 1", "secrets removed: TOKEN"],
  });
});

test("a setup that goes or comes takes the environment that only it saw along", () => {
  const { fileMounts: _, setup: __, ...bare } = base;
  const without: Described = {
    ...described(),
    fingerprint: fingerprintOf({ ...bare, fileMounts: [] }, content, "key"),
  };
  const withSetup = described({ spec: { fileMounts: [] } });
  expect(classify(withSetup, without)).toEqual({ kind: "roll", from: 3, to: 3, causes: ["setup removed"] });
  expect(classify(without, withSetup)).toEqual({ kind: "roll", from: 3, to: 3, causes: ["setup added"] });
});

test("without a setup, a bucket or a repository nobody sees the environment", () => {
  const { setup: _, ...bare } = base;
  const print = (envs: PoolSpec["envs"]) => fingerprintOf({ ...bare, fileMounts: [], envs }, content, "key").digest;
  expect(print({ MODEL: "small" })).toBe(print({}));
});

test("a repository counts by url and ref", () => {
  const at = (url: string, ref?: string) =>
    described({ spec: { workdir: ref === undefined ? { url } : { url, ref } } });
  expect(classify(at("u", "v1"), at("u", "v1"))).toEqual({ kind: "nothing" });
  expect(classify(at("u", "v1"), at("u", "v2"))).toEqual({
    kind: "roll",
    from: 3,
    to: 3,
    causes: ["workdir changed: another ref"],
  });
  expect(classify(at("u"), at("w"))).toEqual({
    kind: "roll",
    from: 3,
    to: 3,
    causes: ["workdir changed: another repository"],
  });
});

test("of a workdir with 11,000 files the changed ones are named, or counted by folder", () => {
  const images = Object.fromEntries(Array.from({ length: 11_000 }, (_, index) => [`data/img/${index}.png`, "h"]));
  const old = described(withFiles({ ...files, ...images }));
  const wanted = (hashes: object) => described(withFiles({ ...files, ...images, ...hashes }));
  expect(classify(old, wanted({ "train.py": "xx" }))).toEqual({
    kind: "roll",
    from: 3,
    to: 3,
    causes: ["workdir: 1 of 11,003 files changed: train.py"],
  });
  expect(classify(old, wanted({ "data/img/7.png": "xx" }))).toEqual({
    kind: "roll",
    from: 3,
    to: 3,
    causes: ["workdir: at least 1 of 11,003 files changed: data/img/"],
  });
  expect(classify(old, wanted({ "train.py": "xx", "data/img/7.png": "xx", "data/img/9.png": "xx" }))).toEqual({
    kind: "roll",
    from: 3,
    to: 3,
    causes: ["workdir: at least 3 of 11,003 files changed: data/img/ (at least 2), train.py"],
  });
});

test("a file and arguments of the same pool are the same workers", () => {
  const file = "pool: {workers: 3}\nresources: {cpus: 2+, infra: local}\nsetup: |\n  echo one\nenvs: {B: 1, A: 2}\n";
  const fromFile = parsePool(file, { file: "pool.yaml" }).spec;
  const fromArgs = poolFromArgs({ workers: 3, resources: { cpus: "2+" }, setup: "echo one", envs: { A: "2", B: "1" } });
  const print = (spec: PoolSpec) => fingerprintOf(spec, { mounts: {} }, "key").digest;
  expect(print(fromFile)).toBe(print(fromArgs));
});

test("a fingerprint holds no value of the environment, and differs under another key", () => {
  const text = JSON.stringify(described().fingerprint);
  for (const value of ["hunter2", "small", "echo", "s3://b"]) expect(text).not.toContain(value);
  expect(fingerprintOf(base, content, "key").digest).not.toBe(fingerprintOf(base, content, "other").digest);
});
