/** Every form of a preview's line, whole. */
import { expect, test } from "vitest";
import { budgetOf } from "../../provider/budget.ts";
import type { Change } from "../../provider/classify.ts";
import { createPreview, previewOf } from "../../provider/preview.ts";
import type { ObservedWorker } from "../../provider/steps.ts";
import type { UpdatePolicy } from "../../spec/index.ts";

const rollOf = (from: number, to = from): Change => ({ kind: "roll", from, to, causes: ["setup changed: line 3"] });
const scale = (from: number, to: number, causes: readonly string[] = []): Change => ({
  kind: "scale",
  from,
  to,
  causes,
});

function pool(count: number): ObservedWorker[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    name: `p-${index + 1}`,
    fingerprint: "a",
    generation: 1,
    phase: "ready",
    busy: 0,
    cordon: { by: "nobody" },
  }));
}

interface Case {
  readonly size: number;
  readonly workers: readonly ObservedWorker[];
  readonly policy?: UpdatePolicy;
  readonly limit?: number;
  readonly outOfReach?: readonly string[];
  readonly hourlyCost?: number;
}

function words(
  change: Change,
  { size, workers, policy = {}, limit, outOfReach = [], hourlyCost = 0 }: Case,
): string | undefined {
  const desired = { pool: "p", size, fingerprint: change.kind === "roll" ? "b" : "a" };
  const observed = {
    workers,
    lastId: Math.max(0, ...workers.map(({ id }) => id)),
    outOfReach,
    ...(limit === undefined ? {} : { limit }),
  };
  return previewOf(change, { desired, observed, budget: budgetOf(policy, size), hourlyCost });
}

test("scaling says who is added, removed and kept", () => {
  expect(words(scale(3, 5), { size: 5, workers: pool(3) })).toBe("scale 3 -> 5: 2 added, 3 kept");
  expect(words(scale(5, 3), { size: 3, workers: pool(5) })).toBe("scale 5 -> 3: 2 removed, 3 kept");
});

test("settings beside the count touch nobody", () => {
  const causes = ["update policy changed: max_surge (maxSurge)"];
  expect(words(scale(3, 3, causes), { size: 3, workers: pool(3) })).toBe(
    "no worker is touched; update policy changed: max_surge (maxSurge)",
  );
  expect(words(scale(3, 3, causes), { size: 3, workers: pool(2) })).toBe(
    "repair: 1 added, 2 kept; update policy changed: max_surge (maxSurge)",
  );
  expect(words(scale(3, 4, ["autoscaling changed: maxWorkers"]), { size: 4, workers: pool(3) })).toBe(
    "scale 3 -> 4: 1 added, 3 kept; autoscaling changed: maxWorkers",
  );
});

test("a roll says its pace and its cause", () => {
  expect(words(rollOf(5), { size: 5, workers: pool(5) })).toBe(
    "replace 5 gradually: 1 at a time above size, none below; cause: setup changed: line 3",
  );
  expect(words(rollOf(5), { size: 5, workers: pool(5), policy: { maxSurge: 0, maxUnavailable: 2 } })).toBe(
    "replace 5 gradually: none above size, 2 at a time below; cause: setup changed: line 3",
  );
});

test("a roll to another size says both", () => {
  expect(words(rollOf(3, 5), { size: 5, workers: pool(3) })).toBe(
    "replace all 3 and scale 3 -> 5 gradually: 5 added, 3 removed, 0 kept, at most 6 workers, at least 3 ready; cause: setup changed: line 3",
  );
});

test("above and below are counted from a whole pool of its size, whatever the policy", () => {
  const half: UpdatePolicy = { maxSurge: 0, maxUnavailable: "50%" };
  const [one, two, four] = [1, 2, 4].map((size) => words(rollOf(size), { size, workers: pool(size), policy: half }));
  expect([one, two, four]).toEqual(
    [1, 1, 2].map((below, index) =>
      expect.stringContaining(`replace ${2 ** index} gradually: none above size, ${below} at a time below; `),
    ),
  );
  expect(words(rollOf(2, 4), { size: 4, workers: pool(2), policy: half })).toBe(
    "replace all 2 and scale 2 -> 4 gradually: 4 added, 2 removed, 0 kept, at most 4 workers, at least 2 ready; cause: setup changed: line 3",
  );
  const failed = pool(1).map((worker) => ({ ...worker, phase: "blank" as const }));
  expect(words(rollOf(1), { size: 1, workers: failed })).toBe(
    "replace 1 gradually: at most 2 workers; cause: setup changed: line 3",
  );
});

test("a roll that was cut off goes on: workers of the new kind stay", () => {
  const workers = pool(4).map((worker) => (worker.id > 2 ? { ...worker, fingerprint: "b", generation: 2 } : worker));
  const policy = { maxSurge: 2 };
  expect(words(rollOf(2), { size: 2, workers, policy })).toBe(
    "replace 2 of 4 gradually: 2 removed, 2 kept, at most 4 workers, at least 2 ready; cause: setup changed: line 3",
  );
  const unready = workers.map((worker) => (worker.id > 3 ? { ...worker, phase: "blank" as const } : worker));
  expect(words(rollOf(2), { size: 2, workers: unready, policy })).toBe(
    "replace 2 of 4 gradually: 2 removed, 1 set up again, 1 kept, at most 4 workers, at least 2 ready; cause: setup changed: line 3",
  );
  const newOnes = workers.slice(2);
  expect(words(rollOf(2), { size: 2, workers: newOnes })).toBe("no worker is touched; cause: setup changed: line 3");
  expect(words(rollOf(3), { size: 3, workers: newOnes })).toBe("repair: 1 added, 2 kept; cause: setup changed: line 3");
});

test("a roll that failed goes on in the same words, also where the inputs did not change since", () => {
  const old = pool(2).map((worker) => ({ ...worker, fingerprint: "old" }));
  const canary = pool(3)
    .slice(2)
    .map((worker) => ({ ...worker, phase: "blank" as const }));
  const scene = { size: 4, workers: [...old, ...canary], policy: { canary: 1 } };
  expect(words({ kind: "nothing" }, scene)).toBe(
    "replace 2 of 3 gradually: 3 added, 2 removed, 1 set up again, 0 kept, 1 canary first, at most 5 workers, at least 2 ready",
  );
  expect(words(scale(4, 3), { ...scene, size: 3 })).toBe(
    "replace 2 of 3 and scale 4 -> 3 gradually: 2 added, 2 removed, 1 set up again, 0 kept, 1 canary first, at most 4 workers, at least 2 ready",
  );
});

test("canaries go first", () => {
  expect(words(rollOf(5), { size: 5, workers: pool(5), policy: { canary: 1 } })).toBe(
    "replace 5 gradually: 1 canary first, 1 at a time above size, none below; cause: setup changed: line 3",
  );
  expect(words(rollOf(5), { size: 5, workers: pool(5), policy: { canary: 2, maxSurge: 3 } })).toBe(
    "replace 5 gradually: 2 canaries first, 3 at a time above size, none below; cause: setup changed: line 3",
  );
});

test("blue and green", () => {
  expect(words(rollOf(3), { size: 3, workers: pool(3), policy: { mode: "blue_green" } })).toBe(
    "replace 3 at once (blue_green): no old one goes before all new ones are ready; cause: setup changed: line 3",
  );
  expect(words(rollOf(2, 3), { size: 3, workers: pool(2), policy: { mode: "blue_green", canary: 1 } })).toBe(
    "replace all 2 and scale 2 -> 3 at once (blue_green): 3 added, 2 removed, 0 kept, 1 canary first, no old one goes before all new ones are ready; cause: setup changed: line 3",
  );
});

test("few machines slow a roll down, and the line says so", () => {
  expect(words(rollOf(3), { size: 3, workers: pool(3), limit: 3, policy: { maxUnavailable: 1 } })).toBe(
    "replace 3 gradually: none above size (3 machines can be had), 1 at a time below; cause: setup changed: line 3",
  );
});

test("what cannot be done, or not to its end, is said before it is begun", () => {
  expect(words(rollOf(3), { size: 3, workers: pool(3), limit: 3 })).toBe(
    "replace none of 3; all 3 machines that can be had are in use and max_unavailable (maxUnavailable) is 0, so no worker can be replaced. Add a machine, or set it to 1; cause: setup changed: line 3",
  );
  expect(words(scale(3, 5), { size: 5, workers: pool(3), limit: 4 })).toBe(
    "scale 3 -> 5: 1 added, 3 kept; then it stops: only 4 machines can be had, and the pool wants 5 workers. Add 1 machine, or set `workers: 4`",
  );
  expect(words({ kind: "nothing" }, { size: 3, workers: pool(2), limit: 2 })).toBe(
    "only 2 machines can be had, and the pool wants 3 workers. Add 1 machine, or set `workers: 2`",
  );
  const outOfReach = ["c: Cannot reach c"];
  expect(
    words(scale(3, 3, ["updatePolicy changed: maxSurge"]), { size: 3, workers: pool(2), limit: 2, outOfReach }),
  ).toBe(
    "no worker is touched; updatePolicy changed: maxSurge; only 2 machines can be had, and the pool wants 3 workers. Mend what is said below, add 1 machine, or set `workers: 2`\n    c: Cannot reach c",
  );
});

test("costs are told where they are known", () => {
  expect(words(scale(3, 5), { size: 5, workers: pool(3), hourlyCost: 2 })).toBe(
    "scale 3 -> 5: 2 added, 3 kept; about $6.00 -> $10.00 an hour",
  );
  expect(words(rollOf(3), { size: 3, workers: pool(3), hourlyCost: 1.25 })).toBe(
    "replace 3 gradually: 1 at a time above size, none below; about $3.75 an hour, up to $5.00 meanwhile; cause: setup changed: line 3",
  );
});

test("another pool", () => {
  expect(words({ kind: "rebuild", causes: ["infra changed: local -> ssh/lab"] }, { size: 3, workers: pool(3) })).toBe(
    "remove this pool once its jobs are over, then make a new one of 3 workers; cause: infra changed: local -> ssh/lab",
  );
});

test("a pool that is as wanted has nothing to say; one with a lost worker is repaired", () => {
  expect(words({ kind: "nothing" }, { size: 3, workers: pool(3) })).toBeUndefined();
  expect(words({ kind: "nothing" }, { size: 3, workers: pool(2) })).toBe("repair: 1 added, 2 kept");
  const [first, ...rest] = pool(3);
  if (first === undefined) throw new Error("no worker");
  const blank = [{ ...first, phase: "blank" as const }, ...rest];
  expect(words({ kind: "nothing" }, { size: 3, workers: blank })).toBe("repair: 1 set up again, 2 kept");
});

test("a new pool", () => {
  expect(createPreview(1, "local")).toBe("create 1 worker on local");
});
