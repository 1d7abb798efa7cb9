/** What keeps a worker from leaving, on a real worker: jobs, and results that nobody read; never a lost connection taken for idleness. */
import { afterEach, expect, test, vi } from "vitest";
import { cordonReason } from "../../provider/cordon.ts";
import type { Machine } from "../../provider/machines/machines.ts";
import { Sessions } from "../../provider/sessions.ts";
import { eventually } from "../support/eventually.ts";
import { startTestWorker, type TestWorker } from "../support/local-worker.ts";

afterEach(() => {
  vi.useRealTimers();
});

function machineOf({ endpoint }: TestWorker): Machine {
  const marker = { identity: "o/p/s/p", id: 1, name: "p-1", generation: 1, fingerprint: "f" };
  return { marker, capacity: { cpus: 1, memoryGiB: 1, diskGiB: 1, accelerators: {} }, hourlyCost: 0, endpoint };
}

test("an unread result is waited for half a minute each time, also after the worker served again", async () => {
  await using host = await startTestWorker();
  await using sessions = new Sessions(host.privateKey);
  await using queue = await host.connect();
  await sessions.look(machineOf(host));
  const runOne = async (job: number) => {
    const key = { submission: `q-${job}`, job, attempt: 1 };
    await queue.submit({ id: key.submission, run: "true", env: {} });
    await queue.start({ key, slot: 0, env: {} });
    await eventually(async () => (await queue.query(key)).kind === "done", "the job has ended");
    return key;
  };
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
  const first = await runOne(1);
  await sessions.setCordon(1, cordonReason("replaced", Date.now()));
  expect(await sessions.unfinished(1)).toBe(1);
  await queue.acknowledge(first);
  expect(await sessions.unfinished(1)).toBe(0);

  vi.setSystemTime(2_000_000);
  await sessions.setCordon(1, "");
  await runOne(2);
  await sessions.setCordon(1, cordonReason("replaced", Date.now()));
  expect(await sessions.unfinished(1)).toBe(1);
  vi.setSystemTime(2_029_000);
  expect(await sessions.unfinished(1)).toBe(1);
  vi.setSystemTime(2_031_000);
  expect(await sessions.unfinished(1)).toBe(0);
});

test("without a connection nobody is told that nothing runs there", async () => {
  await using host = await startTestWorker();
  await using sessions = new Sessions(host.privateKey);
  await sessions.look(machineOf(host));
  await sessions.close(1);
  await expect(sessions.unfinished(1)).rejects.toThrow("the connection to its machine was lost");
  await expect(sessions.setCordon(1, "")).rejects.toThrow("the connection to its machine was lost");
});

test("a request to an agent that is gone is refused at once, however long it is gone", async () => {
  await using host = await startTestWorker();
  const worker = await host.connect();
  await host.server.close();
  await worker.closed;
  await expect(worker.running()).rejects.toThrow("The agent of test-pool-1 is gone.");
  await expect(worker.ping()).rejects.toThrow("The agent of test-pool-1 is gone.");
});
