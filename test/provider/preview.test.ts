import { expect, test } from "vitest";
import type { Budget } from "../../provider/budget.ts";
import type { Change } from "../../provider/classify.ts";
import { createPreview, previewOf } from "../../provider/preview.ts";
import type { ObservedWorker } from "../../provider/steps.ts";

const budget: Budget = { mode: "rolling", surge: 1, unavailable: 0, canary: 0 };
const roll: Change = { kind: "roll", causes: ["setup changed: line 3"] };

function pool(count: number, fingerprint = "a"): ObservedWorker[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    name: `p-${index + 1}`,
    fingerprint,
    generation: 1,
    phase: "ready",
    busy: 0,
    cordon: { by: "nobody" },
  }));
}

function words(change: Change, size: number, workers: readonly ObservedWorker[], limits = budget): string | undefined {
  const fingerprint = change.kind === "roll" ? "b" : "a";
  return previewOf(change, { pool: "p", size, fingerprint }, { workers, lastId: workers.length }, limits);
}

test("scaling says who is added, removed and kept", () => {
  expect(words({ kind: "scale", from: 3, to: 5 }, 5, pool(3))).toBe("scale 3 -> 5: 2 added, 3 kept");
  expect(words({ kind: "scale", from: 5, to: 3 }, 3, pool(5))).toBe("scale 5 -> 3: 2 removed, 3 kept");
});

test("a roll says its pace and its cause", () => {
  expect(words(roll, 5, pool(5))).toBe(
    "replace 5 gradually: 1 at a time above size, none below; cause: setup changed: line 3",
  );
  expect(words(roll, 5, pool(5), { ...budget, surge: 0, unavailable: 2 })).toBe(
    "replace 5 gradually: none above size, 2 at a time below; cause: setup changed: line 3",
  );
});

test("a roll to another size says both", () => {
  expect(words(roll, 5, pool(3))).toBe(
    "replace and scale 3 -> 5 gradually: 5 added, 3 removed, 0 kept, 1 at a time above size, none below; cause: setup changed: line 3",
  );
});

test("a pool that is as wanted has nothing to say; one with a lost worker is repaired", () => {
  expect(words({ kind: "nothing" }, 3, pool(3))).toBeUndefined();
  expect(words({ kind: "nothing" }, 3, pool(2))).toBe("repair: 1 added, 2 kept");
  const [first, ...rest] = pool(3);
  if (first === undefined) throw new Error("no worker");
  expect(words({ kind: "nothing" }, 3, [{ ...first, phase: "blank" }, ...rest])).toBe("repair: 1 set up again, 2 kept");
});

test("a new pool", () => {
  expect(createPreview(1, "local")).toBe("create 1 worker on local");
});
