import { expect, test } from "vitest";
import { budgetOf } from "../../provider/budget.ts";

test("without a policy one worker may be added and none may be missing", () => {
  expect(budgetOf({}, 10)).toEqual({ surge: 1, unavailable: 0 });
});

test("percentages round as in Kubernetes: surge up, unavailable down", () => {
  expect(budgetOf({ maxSurge: "25%", maxUnavailable: "25%" }, 10)).toEqual({ surge: 3, unavailable: 2 });
  expect(budgetOf({ maxSurge: 0, maxUnavailable: "25%" }, 3)).toEqual({ surge: 0, unavailable: 1 });
});

test("a drain timeout is given in seconds", () => {
  expect(budgetOf({ drainTimeoutSeconds: 90 }, 1)).toEqual({ surge: 1, unavailable: 0, drainTimeoutMs: 90_000 });
});

test("both zero is refused", () => {
  expect(() => budgetOf({ maxSurge: 0 }, 5)).toThrow(
    "updatePolicy: maxSurge and maxUnavailable are both 0, so no worker could ever be replaced. Set one of them to 1 or more.",
  );
  expect(() => budgetOf({ maxSurge: "0%", maxUnavailable: "0%" }, 5)).toThrow("both 0");
});

test("what is no count and no percentage is refused with the two forms", () => {
  expect(() => budgetOf({ maxSurge: -1 }, 5)).toThrow(
    'updatePolicy: maxSurge must be a whole number of workers (1) or a percentage of the pool\'s size ("25%"); got -1.',
  );
  expect(() => budgetOf({ maxUnavailable: "some" }, 5)).toThrow('got "some".');
});
