import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { generateKeyPair } from "../../worker/index.ts";

test("every new key pair can be read back, also the one in 250 that ssh2 writes wrongly", () => {
  const pairs = Array.from({ length: 2_000 }, generateKeyPair);
  const unreadable = pairs.filter((pair) =>
    [pair.private, pair.public].some((text) => ssh2.utils.parseKey(text) instanceof Error),
  );
  expect(unreadable).toEqual([]);
  expect(new Set(pairs.map((pair) => pair.public)).size).toBe(2_000);
});
