/** The worked example of plan.ts, and what random pools rarely meet. */
import { expect, test } from "vitest";
import { budgetOf } from "../../provider/budget.ts";
import { plan } from "../../provider/plan.ts";
import type { ObservedWorker } from "../../provider/steps.ts";
import type { UpdatePolicy } from "../../spec/index.ts";

function seen(id: number, kind: "old" | "new", fields: Partial<ObservedWorker> = {}): ObservedWorker {
  const at = { id, name: `p-${id}`, fingerprint: kind, generation: kind === "old" ? 1 : 2 };
  return { ...at, phase: "ready", busy: 0, cordon: { by: "nobody" }, ...fields };
}

/** Each step as `kind id`, with what matters of it. */
function steps(workers: readonly ObservedWorker[], policy: UpdatePolicy, limit?: number): readonly string[] {
  const observed = { workers, lastId: 9, ...(limit === undefined ? {} : { limit }) };
  const planned = plan({ pool: "p", size: 3, fingerprint: "new" }, observed, budgetOf(policy, 3), 0);
  return planned.map((step) => {
    const canary = step.kind === "prepare" && step.canary ? " canary" : "";
    return `${step.kind} ${step.worker.id}${canary}`;
  });
}

const old = [seen(1, "old"), seen(2, "old", { busy: 1 }), seen(3, "old")];

test("one canary at first, then one for one, idle workers before busy ones", () => {
  const policy = { canary: 1 };
  expect(steps(old, policy)).toEqual(["create 10"]);
  expect(steps([...old, seen(4, "new", { phase: "blank" })], policy)).toEqual(["prepare 4 canary"]);
  expect(steps([...old, seen(4, "new", { phase: "failed" })], policy)).toEqual([]);
  expect(steps([...old, seen(4, "new")], policy)).toEqual(["remove 1"]);
  expect(steps([...old.slice(1), seen(4, "new")], policy)).toEqual(["create 10"]);
  const last = [seen(2, "old", { busy: 1 }), seen(4, "new"), seen(5, "new"), seen(6, "new")];
  expect(steps(last, policy)).toEqual(["cordon 2"]);
});

test("results that nobody read keep a worker from leaving, and say nothing of who leaves", () => {
  const three = [seen(1, "new"), seen(2, "new"), seen(3, "new")];
  const leaving = { cordon: { by: "pool", since: 0 } } as const;
  expect(steps([...three, seen(4, "new", { ...leaving, unread: 1 })], {})).toEqual(["drain 4"]);
  expect(steps([...three, seen(4, "new", leaving)], {})).toEqual(["remove 4"]);
});

test("with three machines an old worker makes room, where one may be missing", () => {
  expect(steps(old, { canary: 1, maxUnavailable: 1 }, 3)).toEqual(["remove 1"]);
  expect(steps(old.slice(1), { canary: 1, maxUnavailable: 1 }, 3)).toEqual(["create 10"]);
  expect(steps(old, { canary: 1 }, 3)).toEqual([]);
});

test("blue and green: all new ones first", () => {
  const green = [seen(4, "new"), seen(5, "new"), seen(6, "new")];
  expect(steps(old, { mode: "blue_green" })).toEqual(["create 10", "create 11", "create 12"]);
  expect(steps([...old, ...green.slice(1), seen(4, "new", { phase: "blank" })], { mode: "blue_green" })).toEqual([
    "prepare 4",
  ]);
  expect(steps([...old, ...green], { mode: "blue_green" })).toEqual(["remove 1", "remove 3", "cordon 2"]);
});

test("a canary that is being prepared is the canary, also when one with a lower id turned up blank", () => {
  const workers = [...old, seen(4, "new", { phase: "blank" }), seen(5, "new", { phase: "blank", acting: "prepare" })];
  expect(steps(workers, { canary: 1 })).toEqual([]);
});
