/** The null worker speaks the protocol as the worker room understands it: else what is measured with it would mean nothing. */
import { expect, test } from "vitest";
import { connectNull } from "../../bench/null/link.ts";
import { NullWorker } from "../../bench/null/worker.ts";
import type { CollectedLog, Worker, WorkerEvent } from "../../worker/index.ts";
import { Recorder } from "../support/eventually.ts";

const endpoint = { name: "null-1", host: "127.0.0.1", port: 1, user: "me", hostKey: "", poolKey: "bench-1" };
const key = { submission: "bench-1", job: 1, attempt: 1 };

async function connect(worker: NullWorker, events: Recorder<WorkerEvent>): Promise<Worker> {
  return await connectNull(() => worker)(endpoint, { privateKey: "", onEvent: events.add });
}

test("a START is answered, began and ended at once, and its empty log can be collected", async () => {
  const events = new Recorder<WorkerEvent>();
  await using worker = await connect(new NullWorker({ jobMs: 0 }), events);
  await worker.fence("bench", 1);
  await worker.submit({ id: "bench-1", run: "one\ntwo", env: { A: "1" } });
  expect(await worker.start({ key, slot: 0, env: {} })).toEqual({ kind: "accepted" });
  await events.find((event) => event.kind === "exit" && event.code === 0, "its exit");
  expect(events.items.map(({ kind }) => kind)).toEqual(["started", "exit"]);
  const keys = Array.from({ length: 101 }, (_unused, index) => ({ ...key, job: index + 1 }));
  const logs: CollectedLog[] = [];
  for await (const log of worker.collectLogs(keys, { capBytes: 1024 })) logs.push(log);
  expect(logs.map((log) => log.key)).toEqual(keys);
  expect(new Set(logs.map(({ size }) => size))).toEqual(new Set([0]));
});

test("what it knows outlives its connections until it is told to forget it", async () => {
  const null1 = new NullWorker({ jobMs: 0 });
  await using first = await connect(null1, new Recorder());
  await first.start({ key, slot: 0, env: {} });
  await using second = await connect(null1, new Recorder());
  expect(second.hello).toMatchObject({ protocol: 3, running: [], unread: [key] });
  expect(await second.start({ key, slot: 0, env: {} })).toMatchObject({ kind: "known", status: { kind: "done" } });
  await second.acknowledge(key);
  expect(await second.forget([key])).toEqual([]);
  expect(await second.query(key)).toEqual({ kind: "never" });
});
