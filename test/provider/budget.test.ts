import { expect, test } from "vitest";
import { budgetOf } from "../../provider/budget.ts";

const DEFAULT = { mode: "rolling", surge: 1, unavailable: 0, canary: 0 };

test("without a policy one worker may be added and none may be missing", () => {
  expect(budgetOf({}, 10)).toEqual(DEFAULT);
});

test("percentages round as in Kubernetes: surge up, unavailable down", () => {
  expect(budgetOf({ maxSurge: "25%", maxUnavailable: "25%" }, 10)).toMatchObject({ surge: 3, unavailable: 2 });
  expect(budgetOf({ maxSurge: "12.5%", maxUnavailable: "99.9%" }, 1)).toMatchObject({ surge: 1, unavailable: 0 });
});

test("percentages that round to nothing on both sides let one be missing", () => {
  expect(budgetOf({ maxSurge: 0, maxUnavailable: "25%" }, 3)).toMatchObject({ surge: 0, unavailable: 1 });
});

test("canaries are a count", () => {
  expect(budgetOf({ canary: 3, maxSurge: "20%" }, 5).canary).toBe(3);
});

test("times are milliseconds", () => {
  expect(budgetOf({ drainTimeout: 90, maxDuration: 0.5 }, 1)).toEqual({
    ...DEFAULT,
    drainTimeoutMs: 90_000,
    maxDurationMs: 500,
  });
});

test("blue_green has room for the whole pool again and sets both limits aside", () => {
  expect(budgetOf({ mode: "blue_green", maxSurge: 0, maxUnavailable: "50%" }, 7)).toEqual({
    mode: "blue_green",
    surge: 7,
    unavailable: 0,
    canary: 0,
  });
});
