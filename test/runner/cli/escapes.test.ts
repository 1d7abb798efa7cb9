import fc from "fast-check";
import { expect, test } from "vitest";
import { tamer } from "../../../runner/cli/escapes.ts";

/** All of it at once, or cut anywhere. */
function tamed(bytes: Uint8Array, size = bytes.length || 1): string {
  const { take, end } = tamer();
  let text = "";
  for (let at = 0; at < bytes.length; at += size) text += take(bytes.subarray(at, at + size));
  return text + end(true);
}

test("in a pipe the colours are not put back: nothing comes after the last line", () => {
  const { take, end } = tamer();
  expect(take(utf8("\u001B[31mred\n")) + end(false)).toBe("\u001B[31mred\n");
});

const ALLOWED = new RegExp(String.raw`\u001B\[[\d;:]*[mK]`, "g");
const utf8 = (text: string): Uint8Array => Buffer.from(text);

test.each([
  ["plain text\r\n\tand 日本 🚀", "plain text\r\n\tand 日本 🚀"],
  ["50%\rerased\u001B[K", "50%\rerased\u001B[K"],
  ["\u001B[1;31mred", "\u001B[1;31mred\u001B[0m"],
  ["\u001B[31mred\u001B[0m", "\u001B[31mred\u001B[0m"],
  ["\u001B[0m\u001B[32mgreen", "\u001B[0m\u001B[32mgreen\u001B[0m"],
  ["\u001B[2J\u001B[H", "\uFFFD[2J\uFFFD[H"],
  ["\u001B]0;title\u0007", "\uFFFD]0;title\uFFFD"],
  ["\u001B[6n", "\uFFFD[6n"],
  ["\u001BPq\u001B\\", "\uFFFDPq\uFFFD\\"],
  ["\u009B2J", "\uFFFD2J"],
  ["ends in \u001B[3", "ends in \uFFFD[3"],
  ["a\u202Eb", "a\uFFFDb"],
])("%j is shown as %j", (text, shown) => {
  expect(tamed(utf8(text))).toBe(shown);
});

test("wherever the bytes are cut, the same is shown, and nothing in it acts", () => {
  const piece = fc.constantFrom("\u001B", "[", "3", ";", "m", "K", "J", "]", "x", "é", "🚀", "\n", "\u0007", "\u009B");
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.array(piece).map((parts) => utf8(parts.join(""))),
  );
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 5 }), (given, size) => {
      const shown = tamed(given);
      expect(tamed(given, size)).toBe(shown);
      expect(shown.replaceAll(ALLOWED, "")).not.toMatch(/[^\P{Cc}\n\r\t\b]/u);
    }),
  );
});
