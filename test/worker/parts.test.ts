import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { partsOf } from "../../worker/parts.ts";

async function cut(chunks: readonly Buffer[], separator: string): Promise<string[]> {
  const found: string[] = [];
  for await (const part of partsOf(Readable.from(chunks), Buffer.from(separator))) found.push(part.toString("latin1"));
  return found;
}

/** Bytes of two kinds, of which the separator is made too, so that many begin like it. */
const bytes = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 40 });
const separator = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 5 });

test("a text is cut alike, whatever its chunks", async () => {
  await fc.assert(
    fc.asyncProperty(bytes, separator, fc.array(fc.nat(40)), async (text, by, cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      const chunks = places.slice(1).map((end, index) => Buffer.from(text.slice(places[index], end)));
      expect(await cut(chunks, by)).toEqual(text.split(by).slice(0, -1));
    }),
  );
});

test("a long part in many chunks comes whole, and what has no separator behind it does not come", async () => {
  const [long, by] = [randomBytes(1_000_000).toString("latin1"), "-".repeat(33)];
  const all = Buffer.from(`${long}${by}${by}torn`, "latin1");
  const chunks = Array.from({ length: Math.ceil(all.length / 100) }, (_, i) => all.subarray(i * 100, i * 100 + 100));
  expect(await cut(chunks, by)).toEqual([long, ""]);
});
