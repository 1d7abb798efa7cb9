import { expect, test } from "vitest";
import { splitOf } from "../../bench/measures/split.ts";

const marks = {
  given: 1000,
  up: 1040,
  loaded: 1100,
  found: 1107,
  asked: 1112,
  submitted: 1115,
  ran: 1130,
  shown: 1150,
};

test("each step takes the time from the one before, and together they take all of it", () => {
  const split = splitOf({ ...marks, ended: 1162 });
  expect(split).toEqual({
    "Node starts": 40,
    "the command's modules load": 60,
    "the pool is found": 7,
    "the controller's version is asked": 5,
    "the job is submitted, durably": 3,
    "the job begins on its worker": 15,
    "its line comes back": 20,
    "the command ends": 12,
  });
  expect(Object.values(split).reduce((sum, one) => sum + one, 0)).toBe(162);
});

test("a step that was never reached is an error that says where to look", () => {
  expect(() => splitOf(marks)).toThrow('The traced launch never came to "ended": trace.mjs watches for it.');
});
