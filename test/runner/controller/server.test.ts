/** The socket itself, with handlers of the test: callers that go away at the worst moment are no trouble of the controller's. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Handlers, listen } from "../../../runner/controller/server.ts";
import { eventually } from "../../support/eventually.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lido-socket-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("callers that are gone in the middle of a stream end their calls and nothing else", async () => {
  const path = join(folder, "s.sock");
  const running = { calls: 0 };
  const flood = async (_: unknown, { send, signal }: Parameters<Handlers["watch"]>[1]) => {
    running.calls += 1;
    const counts = { total: 1, byStatus: {}, lastFailed: [] };
    while (!signal.aborted) {
      await send(counts);
      await new Promise((resolve) => setImmediate(resolve));
    }
    running.calls -= 1;
    return { counts, missing: [] };
  };
  await using server = await listen(path, { watch: flood } as unknown as Handlers);
  for (let caller = 0; caller < 20; caller += 1) {
    const socket = createConnection(path);
    socket.write('{"id":1,"method":"watch","params":{"ids":[]}}\n{"id":2,"method":"watch","params":{"ids":[]}}\n');
    await once(socket, "data");
    // Much is unread: the server's next write fails with EPIPE or ECONNRESET.
    socket.destroy();
  }
  await eventually(() => server.clients === 0 && running.calls === 0, "every call has ended");
  expect(server.clients).toBe(0);
});

test("a caller that takes nothing does not keep the controller from ending", async () => {
  const path = join(folder, "s.sock");
  let sent = 0;
  const flood = async (_: unknown, { send, signal }: Parameters<Handlers["watch"]>[1]) => {
    const counts = { total: 1, byStatus: {}, lastFailed: [] };
    for (; !signal.aborted; sent += 1) {
      await send(counts);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { counts, missing: [] };
  };
  const server = await listen(path, { watch: flood } as unknown as Handlers);
  const socket = createConnection(path);
  socket.pause();
  socket.on("error", () => {});
  socket.write('{"id":1,"method":"watch","params":{"ids":[]}}\n');
  let before = -1;
  await eventually(async () => {
    const still = sent > 0 && sent === before;
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return still;
  }, "nothing more is taken");
  await server[Symbol.asyncDispose]();
  socket.destroy();
});
