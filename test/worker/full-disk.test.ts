/** A worker whose disk is full: what fills it can be ended, what has ended can be taken away, and both make room. */
import { readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AttemptKey, ConnectOptions, Worker, WorkerEvent } from "../../worker/index.ts";
import { connectWorker } from "../../worker/index.ts";
import { type Disk, Disks, fill, makeRoom, takeInodes } from "../support/disks.ts";
import { eventually, Recorder } from "../support/eventually.ts";
import { Lab, noHosts } from "../support/ssh-hosts.ts";

const POOL_KEY = "p-0000000000";

describe.skipIf(noHosts !== undefined)(`a full disk (${noHosts ?? "root, sshd"})`, () => {
  const opened = new AsyncDisposableStack();
  let disk: Disk;
  let connect: (more?: Partial<ConnectOptions>) => Promise<Worker>;
  let jobs = 0;

  beforeAll(async () => {
    const disks = opened.use(await Disks.open());
    const lab = opened.use(new Lab());
    disk = disks.make(join(lab.folder, "disk"), 4_096, 300);
    const { address: host, hostKey } = await lab.host({ disk });
    const endpoint = { name: "p-1", host, port: 22, user: "root", hostKey, poolKey: POOL_KEY };
    const privateKey = readFileSync(lab.identityFile, "utf8");
    connect = (more = {}) => connectWorker(endpoint, { privateKey, ...more });
  });
  afterAll(() => opened.disposeAsync());
  beforeEach(() => makeRoom(disk));

  const isFull = () => statfsSync(disk.outside).bavail === 0;
  const dir = () => join(disk.outside, ".lido", POOL_KEY);

  async function start(worker: Worker, run: string): Promise<AttemptKey> {
    jobs += 1;
    const key = { submission: `q-${jobs}`, job: jobs, attempt: 1 };
    await worker.submit({ id: key.submission, run, env: {} });
    expect(await worker.start({ key, slot: 0, env: {} })).toEqual({ kind: "accepted" });
    return key;
  }

  async function settleAll(worker: Worker): Promise<void> {
    expect(await worker.settle(await worker.unread())).toEqual([]);
  }

  test("a job that fills it is cancelled, also by who connects only then", async () => {
    await using worker = await connect();
    await worker.fence("q", 1);
    const key = await start(worker, "while :; do echo spam spam spam spam; done");
    await eventually(isFull, "the disk is full");
    await worker.close();
    await using later = await connect();
    await later.fence("q", 1);
    await using next = await connect();
    await next.fence("q", 2);
    await next.cancel(key, 1);
    await eventually(async () => (await next.query(key)).kind === "done", "it is over");
    await settleAll(next);
    expect(isFull()).toBe(false);
  });

  test("one that has not begun is cancelled too, and does not begin", async () => {
    await using worker = await connect();
    const first = await start(worker, "sleep 1000");
    await eventually(async () => (await worker.query(first)).kind === "running", "it runs");
    const behind = await start(worker, "echo began");
    fill(disk);
    expect(await worker.cancel(behind, 1)).toEqual({ kind: "void" });
    await worker.cancel(first, 1);
    await eventually(async () => (await worker.query(first)).kind === "done", "the first is over");
    makeRoom(disk);
    const last = await start(worker, "true");
    await eventually(async () => (await worker.query(last)).kind === "done", "the slot goes on");
    expect((await worker.query(behind)).kind).toBe("never");
    await settleAll(worker);
  });

  test("the log that filled it is collected, whereupon it can go; nothing of the collecting is left", async () => {
    await using worker = await connect();
    const key = await start(worker, "yes abcdefghijklmnopqrstuvwxyz | head -c 6000000");
    await eventually(async () => (await worker.query(key)).kind === "done", "it is over", 40_000);
    expect(isFull()).toBe(true);
    const collected: AttemptKey[] = [];
    for await (const log of worker.collectLogs([key], { capBytes: 8192 })) collected.push(log.key);
    expect(collected).toEqual([key]);
    await settleAll(worker);
    expect(isFull()).toBe(false);
    expect(readdirSync(dir()).filter((name) => name.startsWith("collect"))).toEqual([]);
  });

  test("without a free inode a job is refused, and runs when it is started again later", async () => {
    const events = new Recorder<WorkerEvent>();
    await using worker = await connect({ onEvent: events.add });
    const first = await start(worker, "sleep 1000");
    await eventually(async () => (await worker.query(first)).kind === "running", "it runs");
    const behind = await start(worker, "echo began");
    // As after a break.
    expect(await worker.start({ key: behind, slot: 0, env: {} })).toEqual({ kind: "accepted" });
    const taken = takeInodes(disk);
    await expect(worker.cancel(behind, 1)).rejects.toThrow("is the disk full?");
    expect(await worker.takeBack(behind)).toBe("not-now");
    await worker.cancel(first, 1);
    const refusals = () => events.items.filter((event) => event.kind === "refused" && event.key.job === behind.job);
    await eventually(() => refusals().length > 0, "it is refused");
    expect(refusals()).toMatchObject([{ reason: "no-space" }]);
    expect(await worker.query(behind)).toEqual({ kind: "never" });
    for (const file of taken) rmSync(file);
    expect(await worker.start({ key: behind, slot: 0, env: {} })).toEqual({ kind: "accepted" });
    await eventually(async () => (await worker.query(behind)).kind === "done", "it ran");
    expect(refusals()).toHaveLength(1);
    await settleAll(worker);
  });

  test("the worker can be cordoned and given back", async () => {
    await using worker = await connect();
    fill(disk);
    await worker.cordon("the pool is removed");
    await using later = await connect();
    expect(later.hello.cordon).toBe("the pool is removed");
    await worker.uncordon();
  });
});
