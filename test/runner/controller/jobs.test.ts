import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Controller } from "../../../runner/controller/index.ts";
import { eventually } from "../../support/eventually.ts";
import type { TestWorker } from "../../support/local-worker.ts";
import {
  type Client,
  type Home,
  makeHome,
  openClient,
  rosterOf,
  startController,
  startWorker,
  submission,
  untilOver,
} from "./harness.ts";

let home: Home;
let workers: TestWorker[];
let controller: Controller;
let client: Client;

beforeAll(async () => {
  home = makeHome();
  const first = await startWorker(1);
  workers = [first];
  controller = await startController(home);
  client = await openClient(controller.socket);
});

afterAll(async () => {
  client[Symbol.dispose]();
  await controller.stop();
  for (const worker of workers) await worker[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

const submit = async (numJobs: number, run: string, part = {}) =>
  (await client.call("submit", submission(rosterOf(home, workers), numJobs, { run, ...part }))).ids;

async function readLog(id: number, part: { follow?: boolean; tail?: number } = {}): Promise<string> {
  const chunks: Buffer[] = [];
  await client.call("logs", { id, follow: true, ...part }, ({ data }) => chunks.push(Buffer.from(data, "base64")));
  return Buffer.concat(chunks).toString();
}

test("each rank prints its rank, and its log is followed to the last byte", async () => {
  const ids = await submit(3, 'echo "$SKYPILOT_JOB_RANK of $SKYPILOT_NUM_JOBS, $LIDO_JOB_RANK, $A"', {
    envs: { A: 'it\'s "it"' },
  });
  expect(ids).toEqual({ first: 1, last: 3 });
  expect(await readLog(2)).toBe('1 of 3, 1, it\'s "it"\n');
  expect(await untilOver(client, 1, 3)).toEqual({ total: 3, byStatus: { SUCCEEDED: 3 }, lastFailed: [] });
  const { rows } = await client.call("queue", { limit: 10 });
  expect(
    rows.map(({ id, rank, status, worker, attempt, exitCode, reason }) => ({
      id,
      rank,
      status,
      worker,
      attempt,
      exitCode,
      reason,
    })),
  ).toEqual(
    [3, 2, 1].map((id) => ({ id, rank: id - 1, status: "SUCCEEDED", worker: 1, attempt: 1, exitCode: 0, reason: "" })),
  );
});

test("a failure says its exit code or signal", async () => {
  const a = await submit(1, "exit 3");
  const b = await submit(1, "kill -9 $$");
  const counts = await untilOver(client, a.first, b.last);
  expect(counts.lastFailed.map(({ status, exitCode, reason }) => ({ status, exitCode, reason }))).toEqual([
    { status: "FAILED", exitCode: 137, reason: "killed by signal 9 (SIGKILL)" },
    { status: "FAILED", exitCode: 3, reason: "exit code 3" },
  ]);
});

test("one worker, two jobs: the second says what it waits for; a cancel ends both within a second or so", async () => {
  const { first, last } = await submit(2, "sleep 600");
  const row = async (id: number) => (await client.call("queue", { ids: [{ first: id, last: id }], limit: 1 })).rows[0];
  await eventually(async () => (await row(first))?.status === "RUNNING", "the first runs");
  expect(await row(last)).toMatchObject({
    status: "PENDING",
    attempt: 0,
    reason: "waiting for a free worker: 1 of 1 busy",
  });
  expect(await client.call("cancel", { ids: [{ first: 1, last: last + 1 }] })).toEqual({
    cancelled: [{ first, last }],
    alreadyOver: [{ first: 1, last: first - 1 }],
    missing: [{ first: last + 1, last: last + 1 }],
  });
  expect((await row(last))?.status).toBe("CANCELLED");
  expect((await untilOver(client, first, last)).byStatus).toEqual({ CANCELLED: 2 });
  expect(await row(first)).toMatchObject({ status: "CANCELLED", exitCode: 143 });
});

test("the tail of a log, and of one that grows", async () => {
  const { first } = await submit(1, "seq 1 1000");
  await untilOver(client, first, first);
  expect(await readLog(first, { follow: false, tail: 2 })).toBe("999\n1000\n");
  expect(await readLog(first, { tail: 1 })).toBe("1000\n");
});

test("who follows sees every attempt, also those that were over before anybody could look", async () => {
  const resources = { ordered: false, anyOf: [{ jobRecovery: { maxRestartsOnErrors: 3 } }] };
  const { first } = await submit(1, 'echo "try $LIDO_ATTEMPT" | sed "s/.*[.]\\(.*\\)[.]$/\\1/"; exit 5', { resources });
  expect(await readLog(first)).toBe("1\n2\n3\n4\n");
});

test("what is waited for is told when it is so, and not in proportion to how long it took", async () => {
  const { first } = await submit(1, "sleep 2");
  const began = performance.now();
  await untilOver(client, first, first);
  const { rows } = await client.call("queue", { ids: [{ first, last: first }], limit: 1 });
  const { startedAt = 0, endedAt = 0 } = rows[0] ?? {};
  // It was told after ten times as long.
  expect(performance.now() - began).toBeLessThan(2 * (endedAt - startedAt));
});

test("a log that cannot be had is a sentence", async () => {
  await expect(readLog(9999)).rejects.toThrow(
    "There is no job 9999.\n`lido jobs queue` lists the jobs that there are.",
  );
  const busy = await submit(1, "sleep 600");
  const waiting = await submit(1, "true");
  await eventually(async () => {
    const { rows } = await client.call("queue", { ids: [busy], limit: 1 });
    return rows[0]?.status === "RUNNING";
  }, "the worker is busy");
  await expect(readLog(waiting.first, { follow: false })).rejects.toThrow(
    `Job ${waiting.first} is PENDING and has no log yet: waiting for a free worker: 1 of 1 busy.\nTo wait for it: lido jobs logs ${waiting.first}`,
  );
  await client.call("cancel", { ids: [busy, waiting] });
  await untilOver(client, busy.first, waiting.last);
});

test("a log that its job removed is said to be gone, and nobody waits for it", async () => {
  const { first } = await submit(1, 'echo one; rm "$(readlink /proc/$$/fd/1)"');
  await untilOver(client, first, first);
  for (const part of [{}, { follow: false }, { tail: 1 }])
    await expect(readLog(first, part)).rejects.toThrow(`The log of job ${first} is gone, here and on worker 1: `);
});

test("a broken connection is no failure: the job goes on and its end is learnt", async () => {
  const gate = join(home.path, "gate");
  const { first } = await submit(1, `until [ -e ${gate} ]; do sleep 0.02; done; echo done`);
  const row = async () => (await client.call("queue", { ids: [{ first, last: first }], limit: 1 })).rows[0];
  await eventually(async () => (await row())?.status === "RUNNING", "it runs");
  const [worker] = workers;
  await worker?.server.close();
  await eventually(
    async () =>
      /^worker 1 has been unreachable for \d s; whether the job still runs is not known, /.test(
        (await row())?.reason ?? "",
      ),
    "the reason tells of the connection",
  );
  expect((await row())?.status).toBe("RUNNING");
  const { first: cancelled } = await submit(1, "true");
  expect(
    (await client.call("queue", { ids: [{ first: cancelled, last: cancelled }], limit: 1 })).rows[0]?.reason,
  ).toMatch(/^waiting for a free worker: 1 unreachable \(/);
  await client.call("cancel", { ids: [{ first, last: cancelled }] });
  expect((await row())?.status).toBe("CANCELLING");
});

test("secrets stay in the private database", async () => {
  const log = readFileSync(join(home.path, "controller", "controller.log"), "utf8");
  expect(log).not.toContain("it's");
});
