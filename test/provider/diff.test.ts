/** What the engine is answered when it asks for a difference, and the one line that the user reads then. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DiffAnswer, diffPool } from "../../provider/diff.ts";
import { fingerprintOfInputs, sizeOf } from "../../provider/goal.ts";
import type { CheckedInputs, PoolOutputs } from "../../provider/inputs.ts";
import { parsePool } from "../../spec/index.ts";
import { generateKeyPair } from "../../worker/index.ts";
import { rosterWorker } from "../runner/core/fixtures.ts";

const { private: privateKey } = generateKeyPair();
const homeBefore = process.env.LIDO_HOME;
let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lido-diff-"));
  process.env.LIDO_HOME = home;
});
afterEach(() => {
  if (homeBefore === undefined) delete process.env.LIDO_HOME;
  else process.env.LIDO_HOME = homeBefore;
  rmSync(home, { recursive: true });
});

function inputs(yaml: string): CheckedInputs {
  const { secrets: _, ...spec } = parsePool(yaml, { file: "pool.yaml" }).spec;
  return { pool: "p", identity: "o/p/s/p", spec: { ...spec, secrets: {} }, secrets: {}, content: { mounts: {} } };
}

/** The outputs of a pool that is as `wanted` says. */
function outputs(wanted: CheckedInputs): PoolOutputs {
  const size = sizeOf(wanted.spec.size, undefined);
  const worker = (id: number) => rosterWorker(id, { name: `p-${id}`, hourlyCost: 1.5 });
  return {
    kind: "lido.WorkerPool",
    pool: "p",
    identity: wanted.identity,
    generation: 1,
    epoch: 1,
    infra: "local",
    ssh: { user: "u", keyRef: "f" },
    workers: Array.from({ length: size.target }, (_, index) => worker(index + 1)),
    size,
    fingerprint: fingerprintOfInputs(wanted, privateKey),
    lastWorkerId: size.target,
    privateKey,
    updatePolicy: wanted.spec.updatePolicy ?? {},
    scaling: wanted.spec.size,
  };
}

test("a state that is older than its machines: who is of the wanted kind already stays", async () => {
  const [before, after] = ["pool: {workers: 2}\nsetup: echo a\n", "pool: {workers: 2}\nsetup: echo b\n"];
  const state = outputs(inputs(before));
  const fingerprint = fingerprintOfInputs(inputs(after), privateKey).digest;
  const made = state.workers.map((one) => ({
    ...one,
    id: one.id + 2,
    name: `p-${one.id + 2}`,
    generation: 2,
    fingerprint,
  }));
  const lines: string[] = [];
  const found = { ...state, workers: [...state.workers, ...made.slice(0, 1)] };
  await diffPool(found, inputs(after), (line) => lines.push(line));
  expect(lines).toEqual([
    "p: replace 2 of 3 gradually: 1 added, 2 removed, 1 kept, at most 3 workers, at least 2 ready; about $4.50 -> $3.00 an hour; cause: setup changed: line 1",
  ]);
});

test("in a refresh it answers and says nothing", async () => {
  const state = outputs(inputs("pool: {workers: 2}\nsetup: echo b\n"));
  expect(await diffPool(state, inputs("pool: {workers: 2}\nsetup: echo a\n"))).toEqual({ changes: true });
});

async function asked(before: string, after: string): Promise<DiffAnswer & { readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const answer = await diffPool(outputs(inputs(before)), inputs(after), (line) => lines.push(line));
  return { ...answer, lines };
}

test("the same pool, written otherwise, is no change and no line", async () => {
  const before = "pool: {workers: 2}\nsetup: echo a\nenvs: {A: 1, B: 2}\n";
  const after = "resources: {infra: local}\nenvs:\n  B: '2'\n  A: '1'\nsetup: |\n  echo a\npool:\n  workers: 2\n";
  expect(await asked(before, after)).toEqual({ changes: false, lines: [] });
});

test("another count", async () => {
  expect(await asked("pool: {workers: 2}\n", "pool: {workers: 3}\n")).toEqual({
    changes: true,
    lines: ["p: scale 2 -> 3: 1 added, 2 kept; about $3.00 -> $4.50 an hour"],
  });
});

test("another policy", async () => {
  expect(await asked("pool: {workers: 2}\n", "pool: {workers: 2, update_policy: {canary: 1}}\n")).toEqual({
    changes: true,
    lines: ["p: no worker is touched; update policy changed: canary"],
  });
});

test("another setup, under the new policy", async () => {
  const after = "pool: {workers: 2, update_policy: {mode: blue_green, canary: 1}}\nsetup: echo b\n";
  expect(await asked("pool: {workers: 2}\nsetup: echo a\n", after)).toEqual({
    changes: true,
    lines: [
      "p: replace 2 at once (blue_green): 1 canary first, no old one goes before all new ones are ready; about $3.00 an hour, up to $6.00 meanwhile; cause: setup changed: line 1",
    ],
  });
});

test("an autoscaled pool keeps its count when its limits allow it", async () => {
  const [before, after] = ["min_workers: 2, max_workers: 4", "min_workers: 1, max_workers: 6"];
  expect(await asked(`pool: {${before}}\n`, `pool: {${after}}\n`)).toEqual({
    changes: true,
    lines: ["p: no worker is touched; autoscaling changed: max_workers (maxWorkers), min_workers (minWorkers)"],
  });
});
