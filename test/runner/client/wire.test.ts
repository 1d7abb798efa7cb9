import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeAnswer, encodeRequest, lineSplitter } from "../../../runner/client/wire.ts";

test("a request is one line of JSON", () => {
  expect(encodeRequest({ id: 1, method: "queue", params: { limit: 2, name: "a\nb" } })).toBe(
    '{"id":1,"method":"queue","params":{"limit":2,"name":"a\\nb"}}\n',
  );
});

test("an answer is an item, a result or an error", () => {
  expect(decodeAnswer('{"id":1,"item":null}')).toEqual({ kind: "item", id: 1, value: null });
  expect(decodeAnswer('{"id":2,"result":{"a":1}}')).toEqual({ kind: "result", id: 2, value: { a: 1 } });
  const error = { name: "NotFoundError", message: "There is no job 3.", exitCode: 3 };
  expect(decodeAnswer(JSON.stringify({ id: 3, error }))).toEqual({ kind: "error", id: 3, error });
});

test.each(["", "{", "null", "[]", '"id"', "{}", '{"id":"1","result":1}', '{"id":1}'])("%j is no answer", (line) => {
  expect(decodeAnswer(line)).toBeUndefined();
});

test("lines come out whole, however the bytes were cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1 }).filter((line) => !line.includes("\n"))),
      fc.nat(7),
      (lines, size) => {
        const split = lineSplitter();
        const text = lines.map((line) => `${line}\n`).join("");
        const chunks = text.match(new RegExp(`[^]{1,${size + 1}}`, "g")) ?? [];
        expect(chunks.flatMap((chunk) => split(chunk))).toEqual(lines);
      },
    ),
  );
});
