import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockPool } from "../../provider/machines/local/lock.ts";
import { processStart } from "../../provider/machines/local/process-start.ts";

const { signal } = new AbortController();
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lido-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function heldBy(pid: number, start: string): void {
  mkdirSync(join(folder, "reconcilers"));
  writeFileSync(join(folder, "reconcilers", "7"), JSON.stringify({ pid, start, released: false }));
}

test("of many that want the pool at once, one has it at a time", async () => {
  let inside = 0;
  let most = 0;
  const turn = async (): Promise<void> => {
    await using lock = await lockPool(folder, "p", { signal });
    inside += 1;
    most = Math.max(most, inside);
    await Promise.resolve();
    expect(lock.isHeld()).toBe(true);
    inside -= 1;
  };
  await Promise.all([turn(), turn(), turn()]);
  expect(most).toBe(1);
});

test("a living holder is waited for, then named", async () => {
  heldBy(process.ppid, processStart(process.ppid) ?? "");
  await expect(lockPool(folder, "p", { signal, patienceMs: 0 })).rejects.toThrow(
    `Process ${process.ppid} on this computer is changing the pool p right now. Wait until it is done, or end it (kill ${process.ppid}), then run this again.`,
  );
});

test("a dead holder is taken over from, also when its pid is another process now", async () => {
  heldBy(process.ppid, "long ago");
  await using lock = await lockPool(folder, "p", { signal });
  expect(lock.isHeld()).toBe(true);
});

test("who was taken over from does not hold the pool any more", async () => {
  const lock = await lockPool(folder, "p", { signal });
  writeFileSync(join(folder, "reconcilers", "2"), "{}");
  expect(lock.isHeld()).toBe(false);
});
