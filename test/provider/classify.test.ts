import { expect, test } from "vitest";
import { classify, type Described } from "../../provider/classify.ts";
import { fingerprintOf } from "../../provider/fingerprint.ts";
import type { Content } from "../../provider/inputs.ts";
import type { PoolSpec } from "../../spec/index.ts";

const base: PoolSpec = {
  kind: "pool",
  size: { min: 3, max: 3 },
  resources: { ordered: false, anyOf: [{ cpus: { value: 2, orMore: true } }] },
  envs: { MODEL: "small", BATCH: "8" },
  secrets: { TOKEN: "hunter2" },
  fileMounts: [{ target: "~/data", sources: ["./data"], mode: "COPY" }],
  setup: "echo one\necho two\necho three",
  workdir: { path: "." },
};
const files = { "train.py": "aa", "data.py": "bb", "util.py": "cc" };
const content: Content = {
  workdir: { digest: "w1", count: 3, bytes: 30, files },
  mounts: { "~/data": { digest: "m1", count: 1, bytes: 10 } },
};

function described(
  spec: Partial<PoolSpec> = {},
  held: Partial<Content> = {},
  more: Partial<Described> = {},
): Described {
  const fingerprint = fingerprintOf({ ...base, ...spec }, { ...content, ...held }, "key");
  return { identity: "o/p/s/pool", infra: "local", size: 3, fingerprint, ...more };
}

function causes(spec: Partial<PoolSpec>, held: Partial<Content> = {}): readonly string[] {
  const change = classify(described(), described(spec, held));
  if (change.kind !== "roll") throw new Error(`expected a roll, got ${change.kind}`);
  return change.causes;
}

test("the same pool, with its keys in another order, is nothing", () => {
  const spec = { envs: { BATCH: "8", MODEL: "small" }, setup: "echo one\necho two  \necho three\n" };
  expect(classify(described(), described(spec))).toEqual({ kind: "nothing" });
});

test("another count is a scale", () => {
  expect(classify(described(), described({}, {}, { size: 5 }))).toEqual({ kind: "scale", from: 3, to: 5 });
});

test("another identity or source of machines is a rebuild, whatever else changed", () => {
  expect(classify(described(), described({ setup: "x" }, {}, { identity: "o/p/s/other" }))).toEqual({
    kind: "rebuild",
    causes: ["the pool's identity changed: o/p/s/pool -> o/p/s/other"],
  });
  expect(classify(described(), described({}, {}, { infra: "aws" }))).toEqual({
    kind: "rebuild",
    causes: ["infra changed: local -> aws"],
  });
});

test("a changed setup names its lines", () => {
  expect(causes({ setup: "echo one\necho two\necho 3" })).toEqual(["setup changed: line 3"]);
  expect(causes({ setup: "echo 1\necho 2\necho three" })).toEqual(["setup changed: lines 1-2"]);
  expect(causes({ setup: "echo one\necho two\necho three\necho four" })).toEqual(["setup changed: line 4"]);
  expect(causes({ setup: "echo one" })).toEqual(["setup changed: shorter from line 2 on"]);
});

test("a setup taken away takes the environment that only it saw with it", () => {
  const { setup: _, ...rest } = base;
  const before = described();
  const after: Described = { ...before, fingerprint: fingerprintOf(rest, content, "key") };
  expect(classify(before, after)).toEqual({
    kind: "roll",
    causes: ["setup removed", "envs changed: BATCH, MODEL", "secrets changed: TOKEN"],
  });
});

test("a changed workdir names the files that changed, came or went", () => {
  const changed = { "train.py": "xx", "util.py": "cc", "new.py": "dd" };
  expect(causes({}, { workdir: { digest: "w2", count: 3, bytes: 31, files: changed } })).toEqual([
    "workdir: 3 of 3 files changed: data.py, new.py, train.py",
  ]);
  expect(causes({}, { workdir: { digest: "w2", count: 9000, bytes: 31 } })).toEqual(["workdir changed"]);
});

test("mounts, environment, secrets and resources are named and never shown", () => {
  expect(causes({}, { mounts: { "~/data": { digest: "m2", count: 1, bytes: 10 } } })).toEqual([
    "file_mounts changed: ~/data",
  ]);
  expect(causes({ envs: { MODEL: "large", BATCH: "8" } })).toEqual(["envs changed: MODEL"]);
  expect(causes({ secrets: { TOKEN: "hunter3" } })).toEqual(["secrets changed: TOKEN"]);
  expect(causes({ resources: { ordered: false, anyOf: [{ cpus: { value: 4, orMore: true } }] } })).toEqual([
    "resources changed: cpus",
  ]);
});

test("a fingerprint holds no value of the environment, and differs under another key", () => {
  const text = JSON.stringify(described().fingerprint);
  for (const value of ["hunter2", "small", "echo"]) expect(text).not.toContain(value);
  expect(fingerprintOf(base, content, "key").digest).not.toBe(fingerprintOf(base, content, "other").digest);
});
