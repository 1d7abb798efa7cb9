/** Who owns the queue: several controllers at once, and the one after a killed one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connectController, stopController } from "../../../runner/client/index.ts";
import { eventually } from "../../support/eventually.ts";
import { makeHome, openClient, rosterOf, startWorker, submission, untilOver } from "./harness.ts";
import { spawnController, untilListening } from "./processes.ts";

test("of 4 controllers that start at once one owns the queue; the others say which process does, and end", async () => {
  using home = makeHome();
  await using a = spawnController(home);
  await using b = spawnController(home);
  await using c = spawnController(home);
  await using d = spawnController(home);
  const all = [a, b, c, d];
  const over = new Set<object>();
  for (const one of all) void one.ended.then(() => over.add(one));
  await eventually(() => over.size === 3, "three have ended", 30_000);
  const owner = all.find((one) => !over.has(one));
  if (!owner) throw new Error("nobody owns the queue");
  using client = await untilListening(home, owner);
  const { pid } = await client.call("hello", {});
  expect(pid).toBe(owner.child.pid);
  for (const other of all.filter((one) => one !== owner)) {
    expect(await other.ended).toBe(0);
    expect(other.said()).toBe(
      `Process ${pid} is the controller of ${join(home.path, "controller")} already. Nothing more is needed; to end it, run: lido controller stop\n`,
    );
  }
}, 60_000);

test("after kill -9 of the owner the next command starts a new one, which adopts all running jobs within 2 s", async () => {
  using home = makeHome();
  await using a = await startWorker(1);
  await using b = await startWorker(2);
  const go = join(home.path, "go");
  await using first = spawnController(home);
  using before = await untilListening(home, first);
  const run = `until [ -e ${go} ]; do sleep 0.05; done`;
  await before.call("submit", submission(rosterOf(home, [a, b]), 2, { run }));
  await eventually(async () => {
    const { rows } = await before.call("queue", { limit: 2 });
    return rows.every(({ status }) => status === "RUNNING");
  }, "both run");
  first.child.kill("SIGKILL");
  await first.ended;

  const spawned = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  const startOfNode = performance.now() - spawned;
  const began = performance.now();
  await using connection = await connectController({ home: home.path });
  try {
    await eventually(async () => {
      const { pools } = await connection.call("status", {});
      return pools[0]?.connected === 2;
    }, "both workers are connected");
    const took = performance.now() - began;
    const { rows } = await connection.call("queue", { limit: 2 });
    expect(rows).toMatchObject([
      { status: "RUNNING", attempt: 1, reason: "" },
      { status: "RUNNING", attempt: 1, reason: "" },
    ]);
    // 2 s where a process starts in 40 ms; a busy computer is slower at everything.
    expect(took).toBeLessThan(2_000 * Math.max(1, startOfNode / 40));
    using client = await openClient((await connection.call("status", {})).socket);
    writeFileSync(go, "");
    expect((await untilOver(client, 1, 2)).byStatus).toEqual({ SUCCEEDED: 2 });
  } finally {
    await stopController(connection);
  }
}, 60_000);
