import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Collector } from "../../../runner/controller/collector.ts";
import { Holds } from "../../../runner/controller/holds.ts";
import type { Live, Session } from "../../../runner/controller/session.ts";
import type { Event } from "../../../runner/core/index.ts";
import { LogCopies, NoRoomError } from "../../../runner/log-copies/index.ts";
import type { AttemptKey, CollectedLog, Worker } from "../../../worker/index.ts";
import { eventually } from "../../support/eventually.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lido-collector-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const key = (job: number): AttemptKey => ({ submission: "0000abcd-1", job, attempt: 1 });
const ref = (job: number) => ({ pool: "p", worker: 1, key: key(job) });

/** Its worker does not forget it. */
const RUNS = 7;

async function rig() {
  const copies = await LogCopies.open({ folder, keepMs: 1e9, maxBytes: 1e9 });
  const holds = new Holds();
  const calls: string[] = [];
  const collected: number[] = [];
  const worker: Pick<Worker, "collectLogs" | "settle"> = {
    async *collectLogs(keys): AsyncGenerator<CollectedLog> {
      calls.push(`collect ${keys.map(({ job }) => job).join()}`);
      for (const one of keys) {
        // Attempts without a log are left out.
        const head = Buffer.from(`log of ${one.job}\n`);
        if (one.job !== 9) yield { key: one, size: head.length, head, tail: Buffer.alloc(0) };
      }
    },
    settle: async (keys) => {
      const copied = await Promise.all(keys.map((one) => copies.read(one, 0)));
      const names = keys.map(({ job }, i) => `${job}${copied[i] === undefined ? " (no copy)" : ""}`);
      if (keys.length > 0) calls.push(`settle ${names.join()}`);
      return keys.filter(({ job }) => job === RUNS);
    },
  };
  const live = { worker } as unknown as Live;
  const sessions = { get: () => ({ live }) as unknown as Session };
  const emit = (event: Event) =>
    void (event.kind === "collected" && collected.push(...event.keys.map(({ job }) => job)));
  const log = pino({ level: "silent" });
  const collector = new Collector({ sessions, copies, holds, log, emit, capBytes: 1000 });
  const dispose = async () => {
    await collector[Symbol.asyncDispose]();
    await copies[Symbol.asyncDispose]();
  };
  return { collector, copies, holds, calls, collected, [Symbol.asyncDispose]: dispose };
}

test("what ends at about the same time is collected together; copied first, then known and forgotten", async () => {
  await using it = await rig();
  for (const job of [1, 2, 9]) it.collector.add(ref(job));
  await eventually(() => it.calls.length === 2, "all is done");
  expect(it.calls).toEqual(["collect 1,2,9", "settle 1,2,9 (no copy)"]);
});

test("a hundred that end together are collected at once, and what comes later waits for more", async () => {
  await using it = await rig();
  const began = performance.now();
  for (let job = 10; job < 110; job += 1) it.collector.add(ref(job));
  await eventually(() => it.calls.length === 2, "the hundred are settled");
  expect(performance.now() - began).toBeLessThan(1500);
  for (const job of [1, 2]) it.collector.add(ref(job));
  await eventually(() => it.calls.length === 4, "the others too");
  expect(it.calls.slice(2)).toEqual(["collect 1,2", "settle 1,2"]);
});

test("what its worker has forgotten is collected for good, and what it has not is asked for again later", async () => {
  await using it = await rig();
  for (const job of [1, RUNS]) it.collector.add(ref(job));
  await eventually(() => it.collected.length > 0, "it is told");
  expect(it.collected).toEqual([1]);
});

test("a log that somebody reads on its worker stays there until the reader is done", async () => {
  await using it = await rig();
  const reading = it.holds.take(key(1));
  const again = it.holds.take(key(1));
  it.collector.add(ref(1));
  it.collector.add(ref(2));
  await eventually(() => it.calls.includes("settle 2"), "the other one is forgotten");
  reading[Symbol.dispose]();
  expect(it.holds.has(key(1))).toBe(true);
  again[Symbol.dispose]();
  await eventually(() => it.calls.includes("settle 1"), "it is forgotten", 20_000);
}, 30_000);

test("without room nothing is settled, that is told, and it goes on by itself", async () => {
  await using it = await rig();
  const full = vi.spyOn(it.copies, "add").mockRejectedValue(new NoRoomError("The disk is full."));
  it.collector.add(ref(1));
  await eventually(() => it.collector.trouble === "The disk is full.", "the trouble is told");
  expect(it.calls).toEqual(["collect 1"]);
  full.mockRestore();
  await eventually(() => it.calls.includes("settle 1"), "it is forgotten", 20_000);
  expect(it.collector.trouble).toBe("");
}, 30_000);
