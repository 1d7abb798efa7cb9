/** STARTs that wait in an inbox and are taken back, on a real worker. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AttemptKey, Worker, WorkerEvent } from "../../worker/index.ts";
import { Recorder } from "../support/eventually.ts";
import { startTestWorker, type TestWorker } from "../support/local-worker.ts";
import { workerJobs } from "../support/worker-jobs.ts";

let host: TestWorker;
let worker: Worker;
const events = new Recorder<WorkerEvent>();
const jobs = workerJobs(() => worker, events);

beforeAll(async () => {
  host = await startTestWorker();
  worker = await host.connect({ onEvent: events.add });
});
afterAll(async () => {
  await worker.close();
  await host[Symbol.asyncDispose]();
});

const started = (key: AttemptKey) =>
  events.items.filter((event) => event.kind === "started" && event.key.job === key.job).length;

test("what waits behind another job and is taken back does not begin; started again, it does", async () => {
  const go = join(host.home, "go");
  const first = await jobs.start(`until [ -e ${go} ]; do sleep 0.02; done`);
  await jobs.started(first);
  const second = await jobs.start("true");
  const third = await jobs.start("true");
  expect(await worker.query(second)).toEqual({ kind: "never" });
  expect(await worker.takeBack(second)).toBe("taken");
  expect(await worker.query(second)).toEqual({ kind: "never" });
  expect(await worker.takeBack(first)).toMatchObject({ kind: "running" });
  writeFileSync(go, "");
  await jobs.over(third);
  expect(started(second)).toBe(0);
  expect(await worker.takeBack(third)).toMatchObject({ kind: "done", code: 0 });
  expect(await worker.start({ key: second, slot: 0, env: {} })).toEqual({ kind: "accepted" });
  expect(await jobs.over(second)).toMatchObject({ kind: "exit", code: 0 });
});

test("ends and starts of jobs behind each other are told in their order, and the last end without waiting for a next one", async () => {
  const go = join(host.home, "go-on");
  const first = await jobs.start(`until [ -e ${go} ]; do sleep 0.02; done`);
  await jobs.started(first);
  const refused = await jobs.start("true");
  const taken = await jobs.start("true");
  const last = await jobs.start("exit 3");
  expect(await worker.cancel(refused, 1)).toEqual({ kind: "void" });
  expect(await worker.takeBack(taken)).toBe("taken");
  writeFileSync(go, "");
  await jobs.over(last);
  const told = events.items.flatMap((event) =>
    event.kind === "started" || event.kind === "exit" ? [`${event.kind} ${event.key.job}`] : [],
  );
  expect(told.slice(-4)).toEqual([
    `started ${first.job}`,
    `exit ${first.job}`,
    `started ${last.job}`,
    `exit ${last.job}`,
  ]);
  expect(await worker.running()).toEqual([]);
  expect(readFileSync(join(host.dir, "slots/0/current"), "utf8")).toMatch(/^\n/);
  // No line crosses a page of the file, or a reader could see half of it.
  const journal = readFileSync(join(host.dir, "events"), "latin1").split(/(?<=\n)/);
  expect(new Set(journal.map((line) => line.length))).toEqual(new Set([128]));
});

test("what was cancelled while it waited, and then taken back, never begins", async () => {
  const key = await jobs.start("sleep 0.2; true");
  const behind = await jobs.start("true");
  expect(await worker.cancel(behind, 1)).toEqual({ kind: "void" });
  expect(await worker.takeBack(behind)).toEqual({ kind: "void" });
  await jobs.over(key);
  expect(started(behind)).toBe(0);
});

test("taken back in the very moment of its turn, an attempt runs once or not at all, and its status says which", async () => {
  const ledger = join(host.home, "ledger");
  writeFileSync(ledger, "");
  await worker.submit({ id: "race", run: `echo $RANK >> ${ledger}`, env: {} });
  const taken: number[] = [];
  const said = new Set<string>();
  for (let job = 1; job <= 300; job += 1) {
    const key = { submission: "race", job: 10_000 + job, attempt: 1 };
    const start = worker.start({ key, slot: 0, env: { RANK: String(job) } });
    // A few that go on meanwhile make the moment another one each time.
    const between = Array.from({ length: job % 7 }, () => worker.ping());
    const answer = await worker.takeBack(key);
    await Promise.all([start, ...between]);
    if (answer === "taken") taken.push(job);
    said.add(typeof answer === "string" ? answer : answer.kind);
  }
  const last = await jobs.start("true");
  await jobs.over(last);
  const ran = readFileSync(ledger, "utf8").trim().split("\n").map(Number);
  const all = Array.from({ length: 300 }, (_, index) => index + 1);
  expect(ran.toSorted((a, b) => a - b)).toEqual(all.filter((job) => !taken.includes(job)));
  expect(["taken", "running", "done"]).toEqual(expect.arrayContaining([...said]));
  expect(taken.length).toBeGreaterThan(0);
  expect(ran.length).toBeGreaterThan(0);
});
