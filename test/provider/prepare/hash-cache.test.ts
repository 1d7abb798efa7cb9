import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FileFacts, HashCache } from "../../../provider/prepare/hash-cache.ts";

const FACTS: FileFacts = { size: 1n, mtimeNs: 1_000_000n, ctimeNs: 1_000_000n, ino: 7n, dev: 1n };
const DAY_S = 24 * 3_600;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lido-hashes-"));
  vi.stubEnv("LIDO_HOME", home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

test("a hash is remembered while the file system says the same of its file", async () => {
  const cache = await HashCache.open("/code");
  cache.set("a", { facts: FACTS, hash: "h1", readAt: Date.now() });
  await cache.save();
  const again = await HashCache.open("/code");
  expect(again.get("a", FACTS)).toBe("h1");
  expect(again.get("a", { ...FACTS, ctimeNs: 2_000_000n })).toBeUndefined();
  expect((await HashCache.open("/other")).get("a", FACTS)).toBeUndefined();
});

test("what was written long ago goes when another is written", async () => {
  const folder = join(home, "hashes");
  mkdirSync(folder);
  for (const [name, days] of [
    ["old", 100],
    ["young", 10],
  ] as const) {
    writeFileSync(join(folder, `${name}.json`), "{}");
    utimesSync(join(folder, `${name}.json`), 0, Date.now() / 1000 - days * DAY_S);
  }
  const cache = await HashCache.open("/code");
  cache.set("a", { facts: FACTS, hash: "h1", readAt: Date.now() });
  await cache.save();
  expect(readdirSync(folder)).toHaveLength(2);
  expect(readdirSync(folder)).not.toContain("old.json");
});
