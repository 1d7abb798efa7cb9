/** Every sentence about a pool that a plan leaves as it is, whole. */
import { expect, test } from "vitest";
import { budgetOf } from "../../provider/budget.ts";
import { plan } from "../../provider/plan.ts";
import type { ObservedWorker, Phase } from "../../provider/steps.ts";
import { whyStuck } from "../../provider/stuck.ts";
import type { UpdatePolicy } from "../../spec/index.ts";

/** `old ready`, `new failed`, … one worker each. */
function seen(...kinds: readonly string[]): ObservedWorker[] {
  return kinds.map((kind, index) => {
    const [fingerprint = "", phase = ""] = kind.split(" ");
    const at = { id: index + 1, name: `p-${index + 1}`, generation: fingerprint === "new" ? 2 : 1 };
    return { ...at, fingerprint, phase: phase as Phase, busy: 0, cordon: { by: "nobody" } };
  });
}

interface Case {
  readonly size: number;
  readonly policy?: UpdatePolicy;
  readonly limit?: number;
  readonly outOfReach?: readonly string[];
}

function why(
  workers: readonly ObservedWorker[],
  { size, policy = {}, limit, outOfReach = [] }: Case,
): string | undefined {
  const desired = { pool: "p", size, fingerprint: "new" };
  const observed = { workers, lastId: workers.length, outOfReach, ...(limit === undefined ? {} : { limit }) };
  const budget = budgetOf(policy, size);
  expect(plan(desired, observed, budget, 0)).toEqual([]);
  return whyStuck(desired, observed, budget);
}

const OLD3 = ["old ready", "old ready", "old ready"];

test("a pool that is as wanted, and one whose workers say it all, have nothing to add", () => {
  expect(why(seen("new ready", "new ready"), { size: 2 })).toBeUndefined();
  expect(why(seen("new ready", "new failed"), { size: 2 })).toBeUndefined();
});

test("a failed canary", () => {
  expect(why(seen(...OLD3, "new failed"), { size: 3, policy: { canary: 1 } })).toBe(
    "p-4 failed as a canary, so the roll stopped: 3 old workers serve on. The next run tries again.",
  );
});

test("a failed new worker that took the only room", () => {
  expect(why(seen("old ready", "new failed"), { size: 1 })).toBe(
    "p-2 failed, and beside it there is no room for another new worker (max_surge (maxSurge) 1, max_unavailable (maxUnavailable) 0): 1 old worker serves on. The next run tries again.",
  );
});

test("a failed new worker among green", () => {
  const workers = seen(...OLD3, "new ready", "new failed", "new ready");
  expect(why(workers, { size: 3, policy: { mode: "blue_green" } })).toBe(
    "p-5 failed, and no old worker leaves before all new ones are ready: 3 old workers serve on. The next run tries again.",
  );
});

test("every machine is in use and none may be missing", () => {
  expect(why(seen(...OLD3), { size: 3, limit: 3 })).toBe(
    "all 3 machines that can be had are in use and max_unavailable (maxUnavailable) is 0, so no worker can be replaced. Add a machine, or set it to 1.",
  );
});

test("every machine is in use and no more may be missing", () => {
  expect(why(seen("old ready", "old unknown", "old ready"), { size: 3, limit: 3, policy: { maxUnavailable: 1 } })).toBe(
    "all machines that can be had are in use, and of 3 workers only 2 are ready where 2 must stay ready (max_unavailable (maxUnavailable) 1), so none can be replaced. Add a machine, or raise max_unavailable.",
  );
});

test("blue and green do not fit side by side", () => {
  expect(why(seen(...OLD3, "new ready"), { size: 3, limit: 4, policy: { mode: "blue_green" } })).toBe(
    "blue_green wants 2 workers more before the first old one leaves, and only 0 machines more can be had. Add 2 machines, or set `mode: rolling`.",
  );
});

test("fewer machines than workers", () => {
  expect(why(seen("new ready", "new ready"), { size: 5, limit: 2 })).toBe(
    "only 2 machines can be had, and the pool wants 5 workers. Add 3 machines, or set `workers: 2`.",
  );
});

test("no machine, and why: none is never advised", () => {
  expect(why([], { size: 2, limit: 0 })).toBe("no machine can be had, and the pool wants 2 workers. Add 2 machines.");
  const outOfReach = ["a: Cannot reach a", "b shows another host key.\nNothing was sent to it."];
  expect(why([], { size: 2, limit: 0, outOfReach })).toBe(
    `no machine can be had, and the pool wants 2 workers. Mend what is said below, or add 2 machines.
    a: Cannot reach a
    b shows another host key.
      Nothing was sent to it.`,
  );
  expect(why(seen("new ready"), { size: 2, limit: 1, outOfReach: ["b: is claimed by the pool o/p/s/q (q-1)"] })).toBe(
    `only 1 machine can be had, and the pool wants 2 workers. Mend what is said below, add 1 machine, or set \`workers: 1\`.
    b: is claimed by the pool o/p/s/q (q-1)`,
  );
});

test("old workers that do not answer", () => {
  expect(why(seen("new ready", "old unknown"), { size: 1 })).toBe(
    "p-2 does not answer, and what runs there is not known, so it is left alone and the rest waits. Bring its machine back, or end it yourself.",
  );
  expect(why(seen("new ready", "old unknown", "old unknown", "old unknown", "old unknown"), { size: 1 })).toBe(
    "p-2, p-3, p-4 and 1 more do not answer, and what runs there is not known, so they are left alone and the rest waits. Bring their machines back, or end them yourself.",
  );
});
