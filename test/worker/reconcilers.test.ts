/** Of several reconciles that changed one worker only the newest may go on: real agents on a real worker. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processStart } from "../../provider/machines/local/process-start.ts";
import type { Roster } from "../../worker/index.ts";
import { FencedError } from "../../worker/index.ts";
import { eventually } from "../support/eventually.ts";
import { startTestWorker, type TestWorker } from "../support/local-worker.ts";

let host: TestWorker;
beforeAll(async () => {
  host = await startTestWorker();
});
afterAll(() => host[Symbol.asyncDispose]());

const roster: Roster = {
  kind: "lido.WorkerPool",
  pool: "p",
  identity: "o/p/s/p",
  generation: 1,
  epoch: 7,
  size: { target: 0, min: 0, max: 0 },
  infra: "local",
  ssh: { user: "u", keyRef: "" },
  workers: [],
};

test("who was taken over from changes nothing any more: no cordon, no roster, no environment, no command", async () => {
  await using older = await host.connect();
  await using newer = await host.connect();
  await older.take({ epoch: 5, run: 1 });
  await older.cordon("by the older");
  expect((await older.link.run("echo still")).stdout).toBe("still\n");
  await newer.take({ epoch: 6, run: 1 });
  const fenced = new FencedError(6);
  await expect(older.cordon("again")).rejects.toEqual(fenced);
  await expect(older.uncordon()).rejects.toEqual(fenced);
  await expect(older.publishRoster(roster)).rejects.toEqual(fenced);
  await expect(older.captureEnvironment()).rejects.toEqual(fenced);
  await expect(older.link.run(`touch ${host.home}/never`)).rejects.toEqual(fenced);
  await expect(older.take({ epoch: 5, run: 1 })).rejects.toEqual(fenced);
  expect(existsSync(join(host.home, "never"))).toBe(false);
  await using third = await host.connect();
  expect(third.hello.cordon).toBe("by the older");
  expect(await third.readRoster()).toBeUndefined();
  await newer.uncordon();
  await newer.publishRoster(roster);
  // Who never took the worker is a user's own hand.
  await third.cordon("by hand");
  await third.uncordon();
});

test("taking again is quiet, also over a new connection; of equal epochs the higher run wins", async () => {
  await using one = await host.connect();
  await one.take({ epoch: 20, run: 4 });
  await one.take({ epoch: 20, run: 4 });
  await using again = await host.connect();
  await again.take({ epoch: 20, run: 4 });
  await one.cordon("of the same run");
  await again.take({ epoch: 20, run: 9 });
  await expect(one.uncordon()).rejects.toThrow("refused fenced 20");
  await again.uncordon();
  expect(readdirSync(join(host.dir, "reconcilers"))).toEqual(["20-9", "commands"]);
});

test("of many that take at once, one is left", async () => {
  const many = await Promise.all(Array.from({ length: 6 }, () => host.connect()));
  await Promise.allSettled(many.map((one, index) => one.take({ epoch: 30 + (index % 3), run: index })));
  const outcomes = await Promise.allSettled(many.map((one) => one.cordon("mine")));
  const done = outcomes.map(({ status }, index) => (status === "fulfilled" ? index : -1)).filter((index) => index >= 0);
  expect(done).toEqual([5]);
  await many[5]?.uncordon();
  await Promise.all(many.map((one) => one.close()));
});

test("what an older one still runs ends when a newer one takes the worker, with all of its processes", async () => {
  await using older = await host.connect();
  await using newer = await host.connect();
  await older.take({ epoch: 40, run: 1 });
  const pids = join(host.home, "pids");
  const running = older.link.run(`sleep 1000 & echo $$ $! > ${pids}.new; mv ${pids}.new ${pids}; wait`);
  await eventually(() => existsSync(pids), "the command runs");
  await newer.take({ epoch: 41, run: 1 });
  expect((await running).code).toBe(137);
  const left = readFileSync(pids, "utf8")
    .trim()
    .split(" ")
    .map(Number)
    .filter((pid) => processStart(pid) !== undefined);
  expect(left).toEqual([]);
  expect(readdirSync(join(host.dir, "reconcilers/commands"))).toEqual([]);
});

test("a guarded command keeps its stdin, its output, its exit code, its umask and its folder", async () => {
  await using worker = await host.connect();
  const plain = await worker.link.run("umask; pwd; cat; exit 3", { stdin: "in" });
  await worker.take({ epoch: 50, run: 1 });
  expect(await worker.link.run("umask; pwd; cat; exit 3", { stdin: "in" })).toEqual(plain);
  expect(plain).toMatchObject({ code: 3, stdout: expect.stringMatching(/in$/) });
  expect(readdirSync(join(host.dir, "reconcilers/commands"))).toEqual([]);
});

test("FENCE of one queue: of many at once the highest stays", async () => {
  const many = await Promise.all(Array.from({ length: 6 }, () => host.connect()));
  await Promise.allSettled(many.map((one, index) => one.fence("q", 60 + index)));
  expect(readFileSync(join(host.dir, "fences/q"), "utf8")).toBe("65\n");
  await Promise.all(many.map((one) => one.close()));
});

test("a worker that was restarted takes no jobs before it is set up again", async () => {
  await using before = await host.connect();
  const { bootId } = before.hello;
  writeFileSync(join(host.dir, "ready"), `{"fingerprint":"f","bootId":"another-boot","at":1}\n`);
  await using worker = await host.connect();
  expect(worker.hello.cordon).toMatch(/^lido: restarted and not set up again yet, since 2\d{3}-\d\d-\d\dT[\d:]{8}Z$/);
  const key = { submission: "r-1", job: 1, attempt: 1 };
  await worker.submit({ id: key.submission, run: "true", env: {} });
  expect(await worker.start({ key, slot: 0, env: {} })).toEqual({
    kind: "refused",
    reason: "cordoned",
    detail: worker.hello.cordon,
  });
  writeFileSync(join(host.dir, "ready"), `{"fingerprint":"f","bootId":"${bootId}","at":1}\n`);
  expect(await worker.start({ key, slot: 0, env: {} })).toEqual({ kind: "accepted" });
});
