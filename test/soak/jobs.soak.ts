/** 20,000 jobs on one worker leave its folder and its processes as they were. */
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AttemptKey, Worker, WorkerEvent } from "../../worker/index.ts";
import { eventually } from "../support/eventually.ts";
import { startTestWorker, type TestWorker } from "../support/local-worker.ts";

const JOBS = Number(process.env.LIDO_SOAK_JOBS ?? 20_000);
const SLOTS = 2;
/** STARTs that lie in a slot's inbox; each is a line, and the FIFO takes 64 KiB. */
const AHEAD = 50;
const FORGET_AT_ONCE = 500;
const SUBMISSIONS = 20;

interface Footprint {
  readonly files: readonly string[];
  readonly bytes: number;
  readonly processes: number;
}

/** What the worker's folder holds, and how many processes live there. */
function footprint({ home, dir }: TestWorker): Footprint {
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).toSorted();
  const bytes = files.map((file) => statSync(join(dir, file))).reduce((sum, one) => sum + one.size, 0);
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && livesIn(name, home)).length;
  return { files, bytes, processes };
}

function livesIn(pid: string, home: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`HOME=${home}\0`);
  } catch {
    return false;
  }
}

/** Keeps every slot supplied; settles what ended, as a controller does. */
class Driver {
  #next = 0;
  #over: AttemptKey[] = [];
  readonly #work = new Set<Promise<unknown>>();
  readonly done = Promise.withResolvers<void>();
  readonly first: number;
  ended = 0;
  /** What the worker would not forget. */
  readonly kept: AttemptKey[] = [];
  worker: Worker | undefined;

  constructor(first: number) {
    this.first = first;
  }

  readonly onEvent = (event: WorkerEvent): void => {
    if (event.kind !== "exit") return;
    if (event.code !== 0) this.done.reject(new Error(`job ${event.key.job} ended with ${event.code}`));
    this.ended += 1;
    this.#over.push(event.key);
    this.start();
    if (this.#over.length >= FORGET_AT_ONCE || this.ended === JOBS) this.#forget(this.#over.splice(0));
  };

  start(): void {
    const job = this.first + this.#next;
    if (this.#next >= JOBS) return;
    this.#next += 1;
    const key = { submission: `soak-${job % SUBMISSIONS}`, job, attempt: 1 };
    this.#follow((this.worker as Worker).start({ key, slot: job % SLOTS, env: {} }));
  }

  #forget(keys: readonly AttemptKey[]): void {
    const worker = this.worker as Worker;
    this.#follow(worker.settle(keys).then((kept) => this.kept.push(...kept)));
    if (this.ended === JOBS) void Promise.all(this.#work).then(() => this.done.resolve(), this.done.reject);
  }

  #follow(work: Promise<unknown>): void {
    this.#work.add(work);
    work.then(() => this.#work.delete(work), this.done.reject);
  }
}

async function batch(host: TestWorker, first: number): Promise<void> {
  const driver = new Driver(first);
  await using worker = await host.connect({ onEvent: driver.onEvent });
  driver.worker = worker;
  await worker.fence("soak", 1);
  for (let i = 0; i < SUBMISSIONS; i++) await worker.submit({ id: `soak-${i}`, run: "true", env: {} });
  for (let i = 0; i < SLOTS * AHEAD; i++) driver.start();
  await driver.done.promise;
  if (driver.kept.length > 0) throw new Error(`not forgotten: ${JSON.stringify(driver.kept.slice(0, 5))}`);
}

/** Two hours later: every folder has rested, the worker was last swept long ago. */
function age({ dir }: TestWorker): void {
  const file = join(dir, "swept");
  const [uptime, boot] = readFileSync(file, "utf8").trim().split(" ") as [string, string];
  writeFileSync(file, `${Math.max(0, Number(uptime) - 3_600_000)} ${boot}\n`);
  const then = new Date(Date.now() - 2 * 3_600_000);
  for (const name of readdirSync(join(dir, "jobs"))) utimesSync(join(dir, "jobs", name), then, then);
}

test("20,000 jobs leave a worker's folder and its processes as they were", async () => {
  await using host = await startTestWorker();
  const settle = async () => {
    age(host);
    await (await host.connect()).close();
    await eventually(() => footprint(host).processes === SLOTS, "only the slots' supervisors are left");
    return footprint(host);
  };
  // A few jobs first, so that the slots and their supervisors are there.
  const events = { over: 0 };
  await using first = await host.connect({
    onEvent: (event) => {
      if (event.kind === "exit") events.over += 1;
    },
  });
  await first.fence("soak", 1);
  await first.submit({ id: "first-1", run: "true", env: {} });
  const keys = Array.from({ length: SLOTS }, (_, slot) => ({ submission: "first-1", job: slot + 1, attempt: 1 }));
  for (const [slot, key] of keys.entries()) await first.start({ key, slot, env: {} });
  await eventually(() => events.over === SLOTS, "the first jobs are over");
  for (const key of keys) await first.acknowledge(key);
  await first.forget(keys);
  await first.close();
  const before = await settle();

  const began = performance.now();
  await batch(host, 1000);
  const seconds = (performance.now() - began) / 1000;
  const after = await settle();
  console.log(`${JOBS} jobs in ${seconds.toFixed(0)} s, ${(JOBS / seconds).toFixed(0)} a second`);
  expect(after.files).toEqual(before.files);
  expect(after.bytes - before.bytes).toBeLessThan(4096);
  expect(after.processes).toBe(before.processes);
});
