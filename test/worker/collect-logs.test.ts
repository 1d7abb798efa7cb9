/** Many logs over one channel: small ones whole, large ones as their two ends, every byte as it was written. */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AttemptKey, CollectedLog } from "../../worker/index.ts";
import { useTestWorker } from "../support/worker-jobs.ts";

const here = useTestWorker();

function put(job: number, content: Buffer): AttemptKey {
  mkdirSync(join(here.host.dir, "jobs/logs-1"), { recursive: true });
  writeFileSync(join(here.host.dir, `jobs/logs-1/${job}.1.log`), content);
  return { submission: "logs-1", job, attempt: 1 };
}

async function collect(keys: readonly AttemptKey[], capBytes: number): Promise<Map<number, CollectedLog>> {
  const found = new Map<number, CollectedLog>();
  for await (const log of here.worker.collectLogs(keys, { capBytes })) found.set(log.key.job, log);
  return found;
}

test("250 logs of any bytes and of every size around the cap; what has no log is left out", async () => {
  const cap = 4096;
  const sizes = [0, 1, cap - 1, cap, cap + 1, 70_000, 3_000_001];
  const written = Array.from({ length: 250 }, (_, i) => randomBytes(sizes[i % sizes.length] ?? 0));
  const keys = written.map((content, i) => put(i + 1, content));
  const found = await collect([...keys, { submission: "logs-1", job: 999, attempt: 1 }], cap);
  expect(found.size).toBe(250);
  for (const [i, content] of written.entries()) {
    const { size, head, tail } = found.get(i + 1) as CollectedLog;
    expect(size).toBe(content.length);
    const large = content.length > cap;
    expect(head.equals(large ? content.subarray(0, cap / 2) : content), `head of ${i + 1}`).toBe(true);
    expect(tail.equals(large ? content.subarray(-cap / 2) : Buffer.alloc(0)), `tail of ${i + 1}`).toBe(true);
  }
});

test("no keys are no channel, and leaving early ends the channel", async () => {
  expect((await collect([], 4096)).size).toBe(0);
  const keys = Array.from({ length: 50 }, (_, i) => put(2000 + i, randomBytes(100_000)));
  for (let i = 0; i < 6; i++) {
    for await (const log of here.worker.collectLogs(keys, { capBytes: 1_000_000 })) {
      expect(log.size).toBe(100_000);
      break;
    }
  }
});
