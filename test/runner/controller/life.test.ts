import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { backoff } from "../../../runner/controller/backoff.ts";
import { Changes } from "../../../runner/controller/changes.ts";
import { Gate } from "../../../runner/controller/gate.ts";
import { lastLines } from "../../../runner/controller/tail.ts";
import { Teardown } from "../../../runner/controller/teardown.ts";
import { workersNow } from "../../../runner/controller/workers.ts";
import { PoolGoneError } from "../../../runner/pools/index.ts";
import { makeSocketFolder, socketPath } from "../../../runner/socket-path.ts";
import type { Roster } from "../../../worker/index.ts";
import { eventually } from "../../support/eventually.ts";
import { connected, Queue, ref, rosterWorker, submit } from "../core/fixtures.ts";
import {
  type Home,
  makeHome,
  openClient,
  rosterOf,
  startController,
  startWorker,
  submission,
  untilOver,
} from "./harness.ts";
import { spawnController, untilListening } from "./processes.ts";

const teardown = new Teardown();
afterEach(() => teardown[Symbol.asyncDispose]());
const newHome = (): Home => teardown.use(makeHome());

test("of two controllers one owns the queue; the other names its pid and leaves with 0; kill -9 frees the queue", async () => {
  const home = newHome();
  const first = teardown.use(spawnController(home));
  using client = await untilListening(home, first);
  const second = teardown.use(spawnController(home));
  expect(await second.ended).toBe(0);
  expect(second.said()).toBe(
    `Process ${first.child.pid} is the controller of ${join(home.path, "controller")} already. Nothing more is needed; to end it, run: lido controller stop\n`,
  );
  expect((await client.call("status", {})).pid).toBe(first.child.pid);
  first.child.kill("SIGKILL");
  await first.ended;
  const third = teardown.use(spawnController(home));
  using again = await untilListening(home, third);
  expect((await again.call("status", {})).pid).toBe(third.child.pid);
  third.child.kill("SIGTERM");
  expect(await third.ended).toBe(0);
});

test("it ends by itself when there is no job and no caller, and not before", async () => {
  const home = newHome();
  const controller = teardown.use(await startController(home, { idleMs: 60 }));
  const client = await openClient(controller.socket);
  await client.call("status", {});
  let over = false;
  void controller.stopped.then(() => (over = true));
  expect(over).toBe(false);
  client[Symbol.dispose]();
  await controller.stopped;
});

test("stop answers, then ends the controller; its socket is gone", async () => {
  const home = newHome();
  const controller = teardown.use(await startController(home));
  using client = await openClient(controller.socket);
  expect(await client.call("stop", {})).toEqual({});
  await controller.stopped;
  await expect(openClient(controller.socket)).rejects.toThrow("ENOENT");
});

test("socket, folder, log and database are for this user only", async () => {
  const home = newHome();
  const controller = teardown.use(await startController(home));
  const mode = (path: string) => statSync(path).mode & 0o777;
  expect(mode(controller.socket)).toBe(0o600);
  expect(mode(dirname(controller.socket))).toBe(0o700);
  expect(mode(join(home.path, "controller", "controller.log"))).toBe(0o600);
  expect(mode(join(home.path, "controller", "queue.sqlite"))).toBe(0o600);
});

test("what is no request is told so, or hung up on", async () => {
  const home = newHome();
  const controller = teardown.use(await startController(home));
  using client = await openClient(controller.socket);
  await expect(client.call("nonsense" as "status", {})).rejects.toThrow('The controller knows no method "nonsense".');
  const answer = client.call("watch", { ids: [{ first: 1, last: 1 }] });
  expect(await answer).toEqual({
    counts: { total: 0, byStatus: {}, lastFailed: [] },
    missing: [{ first: 1, last: 1 }],
  });
  client.write("not JSON\n");
  await expect(client.call("status", {})).rejects.toThrow("closed");
});

test("status tells of pools, and why workers are not connected", async () => {
  const home = newHome();
  const worker = teardown.use(await startWorker(1));
  const controller = teardown.use(await startController(home));
  using client = await openClient(controller.socket);
  const roster = rosterOf(home, [worker]);
  writeFileSync(roster.ssh.keyRef, "no key");
  await client.call("submit", submission({ ...roster, ssh: { ...roster.ssh, keyRef: "/none/key" } }, 1));
  const status = () => client.call("status", {});
  await eventually(async () => (await status()).pools[0]?.problems?.length === 1, "the problem is told");
  expect(await status()).toMatchObject({
    version: "0.0.0",
    queue: { PENDING: 1 },
    pools: [
      {
        pool: "gpu-pool",
        workers: 1,
        connected: 0,
        problems: [expect.stringMatching(/^worker 1 has been unreachable for \d s: /) as string],
      },
    ],
  });
  expect((await status()).lastErrors).toContainEqual({
    at: expect.any(Number) as number,
    count: 1,
    pool: roster.identity,
    worker: 1,
    text: "worker 1 of gpu-pool: not connected: The pool's private key /none/key cannot be read (ENOENT). It is made by `pulumi up` on this computer; run it here, or copy the key.",
  });
});

test("a newer roster that lies on a worker brings new workers; jobs go to them", async () => {
  const home = newHome();
  const a = teardown.use(await startWorker(1));
  const b = teardown.use(await startWorker(2));
  const controller = teardown.use(await startController(home));
  using client = await openClient(controller.socket);
  await client.call("submit", submission(rosterOf(home, [a]), 2, { run: "sleep 600" }));
  const running = async () =>
    (await client.call("queue", { statuses: ["RUNNING"], limit: 9 })).rows.map((row) => row.worker);
  await eventually(async () => (await running()).length === 1, "one runs on the first worker");
  await using provider = await a.connect();
  await provider.publishRoster(rosterOf(home, [a, b], { epoch: 2 }));
  await eventually(async () => (await running()).length === 2, "the other runs on the second");
  await client.call("cancel", { all: true });
  await untilOver(client, 1, 2);
});

test("when no worker can be reached the stack is read: the lost job runs again elsewhere, as attempt 2", async () => {
  const home = newHome();
  const a = await startWorker(1);
  const b = teardown.use(await startWorker(2));
  let current: Roster = rosterOf(home, [a]);
  const readPool = () => Promise.resolve(current);
  const controller = teardown.use(await startController(home, { readPool, refreshMs: 100 }));
  using client = await openClient(controller.socket);
  const mark = join(home.path, "mark");
  const run = `[ -e ${mark} ] || { touch ${mark}; sleep 600; }`;
  await client.call("submit", submission(current, 1, { run }));
  const row = async () => (await client.call("queue", { limit: 1 })).rows[0];
  await eventually(() => existsSync(mark), "the first attempt runs");
  await eventually(async () => (await row())?.status === "RUNNING", "and is known to run");
  const { workers, ...rest } = rosterOf(home, [a, b], { epoch: 2 });
  await a[Symbol.asyncDispose]();
  await eventually(async () => (await row())?.reason !== "", "the connection is lost");
  expect((await row())?.status).toBe("RUNNING");
  current = { ...rest, workers: workers.slice(1) };
  await untilOver(client, 1, 1);
  expect(await row()).toMatchObject({ status: "SUCCEEDED", worker: 2, attempt: 2 });
  await expect(client.call("logs", { id: 1, follow: false })).resolves.toMatchObject({ job: { id: 1 } });
});

test("the log of a job outlives its worker; without its copy that is a sentence", async () => {
  const home = newHome();
  const a = teardown.use(await startWorker(1));
  const controller = teardown.use(await startController(home));
  using client = await openClient(controller.socket);
  await client.call("submit", submission(rosterOf(home, [a]), 1, { run: "echo hi" }));
  await untilOver(client, 1, 1);
  const folder = join(home.path, "controller", "logs");
  await eventually(() => readdirSync(folder).some((name) => statSync(join(folder, name)).size > 0), "it is copied");
  await client.call("submit", submission({ ...rosterOf(home, [a], { epoch: 2 }), workers: [] }, 1));
  const read: string[] = [];
  await client.call("logs", { id: 1, follow: true }, ({ data }) => read.push(Buffer.from(data, "base64").toString()));
  expect(read.join("")).toBe("hi\n");
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  await expect(client.call("logs", { id: 1, follow: true })).rejects.toThrow(
    "The log of job 1 was on worker 1, which is gone from its pool; it was not copied before, or that was too long ago.",
  );
});

test("following the log of a job that is over ends, with the reason why its worker is not reached", async () => {
  const home = newHome();
  const a = teardown.use(await startWorker(1));
  const controller = teardown.use(await startController(home));
  using client = await openClient(controller.socket);
  await client.call("submit", submission(rosterOf(home, [a]), 1, { run: "echo hi" }));
  await untilOver(client, 1, 1);
  const folder = join(home.path, "controller", "logs");
  await eventually(() => readdirSync(folder).some((name) => statSync(join(folder, name)).size > 0), "it is copied");
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  await a.server.close();
  await expect(client.call("logs", { id: 1, follow: true })).rejects.toThrow(
    /^The log of job 1 is on worker 1, which is unreachable: Cannot reach gpu-pool-1 \(.*\): connect ECONNREFUSED /,
  );
}, 60_000);

test("a pool that was destroyed is gone from the status and its last errors as soon as somebody looks; its jobs' logs say so", async () => {
  const home = newHome();
  const a = await startWorker(1);
  const roster = rosterOf(home, [a]);
  let isThere = true;
  const readPool = () =>
    isThere ? Promise.resolve(roster) : Promise.reject(new PoolGoneError("Pool 'gpu-pool' is no longer in stack s."));
  const controller = teardown.use(await startController(home, { readPool, refreshMs: 600_000 }));
  using client = await openClient(controller.socket);
  await client.call("submit", submission(roster, 1, { run: "echo hi" }));
  await untilOver(client, 1, 1);
  const status = () => client.call("status", {});
  expect((await status()).pools).toMatchObject([{ pool: "gpu-pool", workers: 1 }]);
  isThere = false;
  await a[Symbol.asyncDispose]();
  rmSync(roster.ssh.keyRef);
  await eventually(async () => (await status()).pools.length === 0, "the pool is gone");
  expect((await status()).lastErrors).toEqual([]);
  expect(await client.call("workers", { tried: true })).toEqual([]);
  const folder = join(home.path, "controller", "logs");
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  await expect(client.call("logs", { id: 1, follow: false })).rejects.toThrow(
    "The log of job 1 was on worker 1, which is gone from its pool;",
  );
  // Made again, it is there again.
  const b = teardown.use(await startWorker(1));
  await client.call("submit", submission(rosterOf(home, [b], { epoch: 2 }), 1));
  await untilOver(client, 2, 2);
  expect((await status()).pools).toMatchObject([{ pool: "gpu-pool", workers: 1, connected: 1 }]);
}, 60_000);

test("a worker that nobody wanted anything of is tried when somebody looks, and is unreachable since it was last heard of", async () => {
  const home = newHome();
  const workers = [teardown.use(await startWorker(1)), teardown.use(await startWorker(2))];
  const [, b] = workers;
  const roster = rosterOf(home, workers);
  const controller = await startController(home);
  using first = await openClient(controller.socket);
  await first.call("submit", submission(roster, 1));
  await untilOver(first, 1, 1);
  await controller.stop();
  await b?.server.close();
  const again = teardown.use(await startController(home));
  using client = await openClient(again.socket);
  const seen = async (tried: boolean) =>
    (await client.call("workers", { tried })).map((row) => [
      row.connected,
      row.trouble !== "",
      "unreachableSince" in row,
    ]);
  const untried = [false, false, false];
  expect(await seen(false)).toEqual([untried, untried]);
  expect(await seen(true)).toEqual([
    [true, false, false],
    [false, true, true],
  ]);
  expect((await client.call("status", {})).pools[0]?.problems).toEqual([
    expect.stringMatching(/^worker 2 has been unreachable for \d s: Cannot reach gpu-pool-2 .*ECONNREFUSED/),
  ]);
});

test("a cordon is changed over the connection that stands, and nothing is said to a worker that has none", async () => {
  const home = newHome();
  const workers = [teardown.use(await startWorker(1)), teardown.use(await startWorker(2))];
  const roster = rosterOf(home, workers);
  const controller = teardown.use(await startController(home));
  using client = await openClient(controller.socket);
  const { identity: pool } = roster;
  const drain = (reason?: string) => ({ kind: "drain", by: "drained by me", ...(reason ? { reason } : {}) }) as const;
  expect(await client.call("cordon", { pool, worker: 1, change: drain() })).toBeNull();
  await client.call(
    "submit",
    submission(roster, 2, { run: `until [ -e ${join(home.path, "go")} ]; do sleep 0.05; done` }),
  );
  await eventually(async () => (await client.call("status", {})).queue.RUNNING === 2, "both run");
  const first = await client.call("cordon", { pool, worker: 1, change: drain("bad\nfan") });
  expect(first).toEqual({ before: "", changed: true, jobs: [expect.any(Number)] });
  const cordons = async () => (await client.call("workers", {})).map(({ cordon }) => cordon);
  await eventually(async () => (await cordons())[0] === "bad fan", "the worker said so itself");
  expect(await client.call("cordon", { pool, worker: 1, change: drain() })).toMatchObject({
    before: "bad fan",
    changed: false,
  });
  expect(await client.call("cordon", { pool, worker: 1, change: { kind: "resume" } })).toMatchObject({ changed: true });
  await eventually(async () => (await cordons())[0] === "", "it gets jobs again");
  expect(await client.call("cordon", { pool, worker: 1, change: { kind: "resume" } })).toMatchObject({
    changed: false,
  });
  expect(await client.call("cordon", { pool, worker: 3, change: drain() })).toBeNull();
  writeFileSync(join(home.path, "go"), "");
  expect((await untilOver(client, 1, 2)).byStatus).toEqual({ SUCCEEDED: 2 });
});

test("a worker that refused a job for want of room says so, until it is asked again", async () => {
  const queue = new Queue();
  queue.send(submit([rosterWorker(1)]), connected(1));
  queue.send({ kind: "refused", ...ref(1, 1), reason: "no-space", detail: "" });
  const never = new AbortController().signal;
  const options = { state: () => queue.state, clock: () => queue.now, changes: new Changes(), signal: never };
  const rows = () => workersNow({}, { ...options, decided: async () => {} });
  expect(await rows()).toMatchObject([{ id: 1, held: "its disk is full" }]);
  queue.now += 30_000;
  expect((await rows())[0]).not.toHaveProperty("held");
});

test("a secret is in the private database and nowhere else", async () => {
  const home = newHome();
  const a = teardown.use(await startWorker(1));
  const controller = teardown.use(await startController(home));
  using client = await openClient(controller.socket);
  const secrets = { TOKEN: "s3cr3t-value" };
  await client.call("submit", submission(rosterOf(home, [a]), 1, { run: '[ "$TOKEN" = s3cr3t-value ]', secrets }));
  expect((await untilOver(client, 1, 1)).byStatus).toEqual({ SUCCEEDED: 1 });
  const told = JSON.stringify([await client.call("queue", { limit: 9 }), await client.call("status", {})]);
  expect(told).not.toContain("s3cr3t");
  expect(readFileSync(join(home.path, "controller", "controller.log"), "utf8")).not.toContain("s3cr3t");
});

test("a socket below a long home lies in a private folder of the temp folder", () => {
  expect(socketPath("/home/me/.lido")).toBe("/home/me/.lido/controller/controller.sock");
  const long = `/home/${"x".repeat(100)}`;
  expect(socketPath(long)).toMatch(/\/lido-[0-9a-f]{16}\/controller\.sock$/);
  expect(socketPath(long).startsWith(tmpdir())).toBe(true);
  expect(socketPath(long)).toBe(socketPath(long));
});

test("a socket's folder that others may enter is refused", () => {
  const folder = join(newHome().path, "open");
  mkdirSync(folder, { mode: 0o755 });
  expect(() => makeSocketFolder(join(folder, "controller.sock"))).toThrow(
    `The folder ${folder} is not yours alone, so the controller does not listen there. Remove it, or run: chmod 700 ${folder}`,
  );
});

test("backoff grows from 100 ms to 5 s, and what heals by hand only is tried once a minute", () => {
  const waits = [0, 1, 2, 5, 6, 50].map((failures) => backoff(failures, { permanent: false, random: 1 }));
  expect(waits).toEqual([100, 200, 400, 3200, 5000, 5000]);
  expect(backoff(1, { permanent: false, random: 0 })).toBe(100);
  expect(backoff(1, { permanent: true, random: 1 })).toBe(60_000);
});

test("a gate lets so many in at once, the others in order", async () => {
  const gate = new Gate(2);
  const inside: number[] = [];
  const out = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const work = out.map(({ promise }, index) =>
    gate.run(() => {
      inside.push(index);
      return promise;
    }),
  );
  expect(inside).toEqual([0, 1]);
  out[1]?.resolve();
  await work[1];
  await eventually(() => inside.length === 3, "the third is in");
  for (const { resolve } of out) resolve();
  await Promise.all(work);
  expect(inside).toEqual([0, 1, 2, 3]);
});

test.each([
  ["a\nb\nc\n", 2, "b\nc\n"],
  ["a\nb\nc", 1, "c"],
  ["a\n", 5, "a\n"],
  ["", 3, ""],
  ["a\n\n\n", 2, "\n\n"],
  ["a\nb\n", 0, ""],
])("the tail of %j, %d lines: %j", async (text, lines, expected) => {
  async function* pieces() {
    for (const character of text) yield Buffer.from(character);
  }
  const { chunks, end } = await lastLines(pieces(), lines);
  expect(Buffer.concat(chunks).toString()).toBe(expected);
  expect(end).toBe(text.length);
});
