import { afterEach, beforeEach, expect, test } from "vitest";
import type { Counts } from "../../../runner/api.ts";
import { openConnection } from "../../../runner/client/index.ts";
import { socketPath } from "../../../runner/socket-path.ts";
import { Refusal, type Script, STATUS, scriptedController } from "./scripted-controller.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const counts = (done: number): Counts => ({ total: 9, byStatus: { SUCCEEDED: done }, lastFailed: [] });

async function scripted(script: Script) {
  const controller = await scriptedController(folder.path, script);
  const connection = await openConnection(socketPath(folder.path));
  return {
    controller,
    connection,
    [Symbol.asyncDispose]: async () => {
      await connection.close();
      await controller.close();
    },
  };
}

test("answers find their calls, in any order", async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  await using both = await scripted({
    queue: async () => {
      await held;
      return { rows: [] };
    },
  });
  const first = both.connection.call("queue", { limit: 1 });
  expect(await both.connection.call("status", {})).toEqual(STATUS);
  release();
  expect(await first).toEqual({ rows: [] });
});

test("items come in order, each after the one before was worked on", async () => {
  await using both = await scripted({
    watch: (_params, { item }) => {
      for (let done = 1; done <= 9; done++) item(counts(done));
      return { counts: counts(9), missing: [] };
    },
  });
  const seen: string[] = [];
  const result = await both.connection.call(
    "watch",
    { ids: [] },
    {
      onItem: async ({ byStatus }) => {
        seen.push(`begin ${byStatus.SUCCEEDED}`);
        await new Promise(setImmediate);
        seen.push(`end ${byStatus.SUCCEEDED}`);
      },
    },
  );
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((done) => [`begin ${done}`, `end ${done}`]));
  expect(result.counts).toEqual(counts(9));
});

test("an error keeps the controller's words, name and exit code", async () => {
  await using both = await scripted({
    logs: () => {
      throw new Refusal({ name: "NotFoundError", message: "There is no job 3.", exitCode: 3 });
    },
  });
  await expect(both.connection.call("logs", { id: 3, follow: false })).rejects.toMatchObject({
    name: "NotFoundError",
    message: "There is no job 3.",
    exitCode: 3,
  });
});

test("an aborted call rejects with the signal's reason, tells the controller, and leaves the connection usable", async () => {
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  await using both = await scripted({
    watch: async (_params, { item, aborted }) => {
      item(counts(1));
      await aborted;
      tell();
      return { counts: counts(1), missing: [] };
    },
  });
  const controller = new AbortController();
  const reason = new Error("enough");
  const call = both.connection.call(
    "watch",
    { ids: [] },
    { signal: controller.signal, onItem: () => controller.abort(reason) },
  );
  await expect(call).rejects.toBe(reason);
  await told;
  expect(await both.connection.call("status", {})).toEqual(STATUS);
  await expect(both.connection.call("status", {}, { signal: controller.signal })).rejects.toBe(reason);
});

test("a call fails when its item cannot be worked on", async () => {
  await using both = await scripted({
    watch: (_params, { item }) => {
      item(counts(1));
      return { counts: counts(1), missing: [] };
    },
  });
  const reason = new Error("disk full");
  const onItem = (): never => {
    throw reason;
  };
  await expect(both.connection.call("watch", { ids: [] }, { onItem })).rejects.toBe(reason);
});

test("a connection that breaks rejects the calls that are open and those that come later", async () => {
  await using both = await scripted({
    queue: (_params, { hangUp }) => {
      hangUp();
      return { rows: [] };
    },
  });
  const gone = {
    name: "ControllerGoneError",
    exitCode: 5,
    message:
      "The connection to the controller broke before it answered; running jobs go on.\nSee `lido controller status`, then give the command again.",
  };
  await expect(both.connection.call("queue", { limit: 1 })).rejects.toMatchObject(gone);
  await both.connection.closed;
  await expect(both.connection.call("queue", { limit: 1 })).rejects.toMatchObject(gone);
});

test("nobody listens: the system's error", async () => {
  await expect(openConnection(socketPath(folder.path))).rejects.toMatchObject({ code: "ENOENT" });
});

test("close is idempotent and rejects what is open", async () => {
  await using both = await scripted({ queue: () => new Promise(() => undefined) });
  const call = both.connection.call("queue", { limit: 1 });
  const outcome = call.catch((error: unknown) => error);
  await both.connection.close();
  await both.connection.close();
  expect(await outcome).toMatchObject({ name: "ControllerGoneError" });
});
