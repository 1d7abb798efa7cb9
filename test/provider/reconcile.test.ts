import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { processStart } from "../../provider/machines/local/process-start.ts";
import { readPool } from "../../provider/read.ts";
import { lidoHome, type WorkerEvent } from "../../worker/index.ts";
import { eventually, Recorder } from "../support/eventually.ts";
import { PoolFixture } from "./pool-fixture.ts";

const ids = (pool: PoolFixture): number[] => pool.state?.workers.map(({ id }) => id) ?? [];

test("a pool is made, grows and shrinks in place, and goes without a trace", async () => {
  await using pool = new PoolFixture();
  await pool.up({ workers: 2, setup: "echo $SKYPILOT_SERVE_REPLICA_ID > id; echo $HOME" });
  expect(ids(pool)).toEqual([1, 2]);
  expect(pool.state?.workers.map(({ state }) => state)).toEqual(["READY", "READY"]);
  expect(readFileSync(join(pool.folder(2), "home/sky_workdir/id"), "utf8")).toBe("2\n");
  const servers = [await pool.serverPid(1), await pool.serverPid(2)];
  const { generation, epoch } = pool.state ?? { generation: 0, epoch: 0 };

  await pool.up({ workers: 4, setup: "echo $SKYPILOT_SERVE_REPLICA_ID > id; echo $HOME" });
  expect(ids(pool)).toEqual([1, 2, 3, 4]);
  expect([await pool.serverPid(1), await pool.serverPid(2)]).toEqual(servers);
  expect(pool.state?.generation).toBe(generation);
  expect(pool.state?.epoch).toBeGreaterThan(epoch);
  await using third = await pool.connect(3);
  expect(await third.readRoster()).toEqual(
    expect.objectContaining({ epoch: pool.state?.epoch, workers: pool.state?.workers }),
  );

  await pool.up({ workers: 1, setup: "echo $SKYPILOT_SERVE_REPLICA_ID > id; echo $HOME" });
  expect(ids(pool)).toEqual([1]);
  expect(pool.folders).toEqual(["1"]);
  await pool.up({ workers: 2, setup: "echo $SKYPILOT_SERVE_REPLICA_ID > id; echo $HOME" });
  expect(ids(pool)).toEqual([1, 5]);

  await pool.destroy();
  expect(readdirSync(lidoHome())).toEqual([]);
  expect(servers.filter(isAlive)).toEqual([]);
});

test("a changed setup replaces the workers and kills no job", async () => {
  await using pool = new PoolFixture();
  await pool.up({ workers: 1, setup: "echo one > version" });
  const events = new Recorder<WorkerEvent>();
  await using old = await pool.connect(1, events.add);
  const gate = join(pool.home, "go");
  await old.submit({ id: "q-1", run: `while [ ! -e ${gate} ]; do sleep 0.05; done; cat version`, env: {} });
  const key = { submission: "q-1", job: 1, attempt: 1 };
  await old.start({ key, slot: 0, env: {} });
  await eventually(async () => (await old.query(key)).kind === "running", "the job runs");

  const rolled = pool.up({ workers: 1, setup: "echo two > version" });
  await eventually(() => pool.told("p-1: waits for 1 unfinished job"), "the old worker drains");
  expect(await old.query(key)).toEqual(expect.objectContaining({ kind: "running" }));
  const exit = events.find(({ kind }) => kind === "exit", "the job ends");
  writeFileSync(gate, "");
  expect(await exit).toMatchObject({ key, code: 0 });
  // Nobody has read its result yet: the worker stays, though nothing runs there any more.
  const first = await Promise.race([rolled.then(() => "rolled"), old.closed.then(() => "gone"), delay(1_500, "waits")]);
  expect(first).toBe("waits");
  expect(await old.unread()).toEqual([key]);
  await old.acknowledge(key);
  await rolled;
  expect(ids(pool)).toEqual([2]);
  expect(pool.worker(2).generation).toBe(2);
  expect(readFileSync(join(pool.folder(2), "home/sky_workdir/version"), "utf8")).toBe("two\n");
  expect(pool.told("p-1: gets no new jobs, its running ones go on")).toBe(true);
  await pool.destroy();
});

test("a failing setup leaves a failed worker with its log, and the next run tries it once more", async () => {
  await using pool = new PoolFixture();
  const gate = join(pool.home, "ok");
  const setup = `if [ "$SKYPILOT_SERVE_REPLICA_ID" = 2 ] && [ ! -e ${gate} ]; then echo no such wheel; exit 7; fi`;
  const failed = await pool.up({ workers: 2, setup }).catch((error: unknown) => error);
  expect(failed).toMatchObject({
    id: pool.identity,
    reasons: ["p-2: setup ended with exit code 7.\nThe end of its log:\n    no such wheel"],
  });
  expect(pool.worker(1).state).toBe("READY");
  expect(pool.worker(2)).toMatchObject({ state: "FAILED", reason: expect.stringContaining("no such wheel") });
  const server = await pool.serverPid(1);

  writeFileSync(gate, "");
  await pool.up({ workers: 2, setup });
  expect(pool.state?.workers.map(({ state }) => state)).toEqual(["READY", "READY"]);
  expect(await pool.serverPid(1)).toBe(server);
  await pool.destroy();
});

test("a worker whose server died is brought back on its port; one whose folder is gone is replaced", async () => {
  await using pool = new PoolFixture();
  await pool.up({ workers: 2 });
  const before = pool.worker(1);
  const pid = await pool.serverPid(1);
  process.kill(pid, "SIGKILL");
  const gone = await pool.serverPid(2);
  process.kill(gone, "SIGKILL");
  await eventually(() => !isAlive(pid) && !isAlive(gone), "both servers are dead");
  rmSync(pool.folder(2), { recursive: true });
  if (pool.state === undefined) throw new Error("no state");
  const seen = await readPool(pool.state);
  expect(seen?.workers.map(({ id, state, reason }) => ({ id, state, reason }))).toEqual([
    { id: 1, state: "FAILED", reason: "its machine does not answer" },
  ]);
  await pool.up({ workers: 2 });
  expect(ids(pool)).toEqual([1, 3]);
  expect(pool.worker(1)).toEqual(before);
  await pool.destroy();
});

test("a second run without a change does nothing and keeps the epoch", async () => {
  await using pool = new PoolFixture();
  const first = await pool.up({ workers: 1, envs: { A: "1" }, setup: "true" });
  const second = await pool.up({ workers: 1, envs: { A: "1" }, setup: "true" });
  expect(second).toEqual(first);
  expect(pool.lines).toEqual([]);
  expect(JSON.parse(JSON.stringify(second))).toEqual(second);
  expect(await readPool(second)).toEqual(second);
  await pool.destroy();
});

test("setup sees the environment and the secrets, and neither stays on the worker's disk", async () => {
  await using pool = new PoolFixture();
  await pool.up({
    workers: 1,
    envs: { A: "it's" },
    secrets: { TOKEN: "s3cr\net" },
    setup: 'printf "%s|%s" "$A" "$TOKEN" > seen',
  });
  expect(readFileSync(join(pool.folder(1), "home/sky_workdir/seen"), "utf8")).toBe("it's|s3cr\net");
  expect(JSON.stringify({ ...pool.state, privateKey: "" })).not.toContain("s3cr");
  await pool.destroy();
});

/** A zombie that nobody reaps is dead. */
function isAlive(pid: number): boolean {
  return processStart(pid) !== undefined;
}

test("a port that another program took meanwhile is said with its number; the next run goes on", async () => {
  await using pool = new PoolFixture();
  await pool.up({ workers: 1 });
  const { port } = pool.worker(1);
  const pid = await pool.serverPid(1);
  process.kill(pid, "SIGKILL");
  await eventually(() => !isAlive(pid), "the server is dead");
  const squatter = await squat(port);
  const sentence = `p-1: Its port ${port} on 127.0.0.1 was taken by another program while its SSH server was down. End that program, then give the same command again.`;
  await expect(pool.up({ workers: 1 })).rejects.toMatchObject({ reasons: [sentence] });
  squatter.close();
  await once(squatter, "close");
  await pool.up({ workers: 1 });
  expect(pool.worker(1)).toMatchObject({ id: 1, port, state: "READY" });
  await pool.destroy();
});

/** Listens on the port as soon as it is free: the last thread of a killed process may still hold it. */
async function squat(port: number): Promise<Server> {
  for (const deadline = performance.now() + 5_000; ; ) {
    const server = createServer();
    const failure = await new Promise<Error | undefined>((resolve) => {
      server.once("error", resolve).listen(port, "127.0.0.1", () => resolve(undefined));
    });
    if (failure === undefined) return server;
    if (performance.now() > deadline) throw failure;
  }
}
