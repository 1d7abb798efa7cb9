import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { assignments, quote } from "../../worker/index.ts";

test("a quoted text comes out of a real shell as it went in", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 }).filter((value) => !value.includes("\0"));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (values) => {
      const out = execFileSync("sh", ["-c", `printf '%s\\0' ${values.map(quote).join(" ")}`]);
      expect(out.toString("utf8").split("\0").slice(0, -1)).toEqual(
        values.map((value) => Buffer.from(value).toString()),
      );
    }),
    { numRuns: 60 },
  );
});

test("names of variables are checked and values are not", () => {
  expect(assignments({ A_1: "x y", B: "1" })).toEqual(["A_1='x y'", "B=1"]);
  expect(() => assignments({ "A B": "1" })).toThrow(
    "`A B` cannot be the name of an environment variable: use letters, digits and _, and begin with no digit.",
  );
  expect(() => assignments({ A: "x\0" })).toThrow("The value of A has a NUL byte, which no environment can hold.");
});
