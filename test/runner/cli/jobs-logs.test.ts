import { expect, test } from "vitest";
import type { IdRange, JobRow, LogsParams } from "../../../runner/api.ts";
import { followLog } from "../../../runner/cli/follow-log.ts";
import { logSink } from "../../../runner/cli/log-sink.ts";
import { persistent } from "../../../runner/cli/persist.ts";
import { Refusal } from "../client/scripted-controller.ts";
import { launched, row } from "./rows.ts";
import { NOW, stage } from "./stage.ts";

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString("base64");
const done = { job: row(3, { status: "SUCCEEDED", startedAt: NOW - 2100, endedAt: NOW }) };

/** Ranks that have begun, of one launch that begins with id 1. */
const rowsOf =
  (numJobs: number) =>
  ({ first, last }: IdRange): readonly JobRow[] =>
    Array.from({ length: last - first + 1 }, (_, index) =>
      row(first + index, { rank: first + index - 1, numJobs, status: "SUCCEEDED", startedAt: NOW }),
    );
test("with --raw a log is followed to its end byte for byte", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  await using t = await stage({
    script: {
      logs: (_params, { item }) => {
        item({ data: base64(bytes.subarray(0, 130)) });
        item({ data: base64(bytes.subarray(130)) });
        return done;
      },
    },
  });
  expect(await t.lido("jobs", "logs", "3", "--raw")).toBe(0);
  expect(t.stdout()).toBe(Buffer.from(bytes).toString("utf8"));
  expect(t.stderr()).toBe("Job 3 SUCCEEDED after 2.1s.\n");
  expect(t.controller.calls).toEqual([{ method: "logs", params: { id: 3, follow: true } }]);
});

test("a sign or an escape that comes in two pieces is one", async () => {
  const bytes = Buffer.from("größe \u001B[31mred\u001B[0m \u001B[2J\n");
  await using t = await stage({
    script: {
      logs: (_params, { item }) => {
        for (const byte of bytes) item({ data: base64(Uint8Array.of(byte)) });
        return done;
      },
    },
  });
  expect(await t.lido("jobs", "logs", "3")).toBe(0);
  expect(t.stdout()).toBe("größe \u001B[31mred\u001B[0m \uFFFD[2J\n");
});

test("--no-follow --tail prints what is there and says nothing more", async () => {
  await using t = await stage({
    script: {
      logs: (_params, { item }) => {
        item({ data: base64("last line\n") });
        return { job: row(3, { status: "RUNNING" }) };
      },
    },
  });
  expect(await t.lido("jobs", "logs", "3", "--no-follow", "--tail", "1")).toBe(0);
  expect([t.stdout(), t.stderr()]).toEqual(["last line\n", ""]);
  expect(t.controller.calls).toEqual([{ method: "logs", params: { id: 3, follow: false, tail: 1 } }]);
});

test("a controller that goes away in the middle: no byte is lost or printed twice", async () => {
  const log = "0123456789".repeat(20);
  let served = 0;
  await using t = await stage({
    script: {
      logs: async (_params, { item, hangUp }) => {
        // Cut at other places each time.
        const size = 7 + 4 * served++;
        for (let at = 0; at < log.length; at += size) {
          item({ data: base64(log.slice(at, at + size)) });
          if (served < 3 && at > 40 * served) {
            await new Promise(setImmediate);
            hangUp();
          }
        }
        return done;
      },
    },
  });
  expect(await t.lido("jobs", "logs", "3")).toBe(0);
  expect(t.stdout()).toBe(log);
  expect(t.stderr()).toBe(
    "The controller went away; the jobs go on. Connecting again.\n".repeat(2) + "Job 3 SUCCEEDED after 2.1s.\n",
  );
});

test("many that are followed: one word of a controller that goes away, one connection after it", async () => {
  const following: (() => void)[] = [];
  let isNew = false;
  await using t = await stage({
    script: {
      submissions: () => ({ rows: [launched({ first: 1, last: 40 })] }),
      queue: ({ ids = [] }) => ({ rows: ids.flatMap(rowsOf(40)).toReversed() }),
      logs: async ({ id }, { item, hangUp }) => {
        item({ data: base64(`of ${id}\n`) });
        if (!isNew) {
          await new Promise<void>((resolve) => {
            following.push(resolve);
            if (following.length === 32) for (const goOn of following) goOn();
          });
          isNew = true;
          hangUp();
        }
        return { job: row(id, { status: "SUCCEEDED" }) };
      },
    },
  });
  expect(await t.lido("jobs", "logs", "1", "--all")).toBe(0);
  expect(t.stderr()).toBe("The controller went away; the jobs go on. Connecting again.\nJobs 1-40: 40 succeeded.\n");
  expect(t.stdout().split("\n")).toHaveLength(41);
  expect(t.controller.connections()).toBe(2);
});

test("of very many, the first log comes at once, and only those are asked for whose turn it is", async () => {
  const most = 100_000_000_000;
  await using t = await stage({
    script: {
      submissions: () => ({ rows: [launched({ first: 1, last: most })] }),
      queue: ({ ids = [], limit }) => {
        const asked = ids.reduce((sum, { first, last }) => sum + last - first + 1, 0);
        if (asked > 1000 || limit > 1000) throw new Error(`${asked} ids are asked for at once`);
        return { rows: ids.flatMap(rowsOf(most)).toReversed() };
      },
      logs: ({ id }, { item }) => {
        item({ data: base64(`of ${id}\n`) });
        if (id === 1500) t.interrupt();
        return { job: row(id, { status: "SUCCEEDED" }) };
      },
    },
  });
  expect(await t.lido("jobs", "logs", `1-${most + 43}`, "--no-follow")).toBe(130);
  const lines = t.stdout().trimEnd().split("\n");
  expect([lines[0], lines.length]).toEqual([`rank ${"0".padEnd(11)} | of 1`, 1499]);
  expect(t.controller.calls.filter(({ method }) => method === "queue")).toHaveLength(3);
});

test("controllers that keep going away without a word are given up", async () => {
  await using t = await stage({
    script: {
      logs: (_params, { hangUp }) => {
        hangUp();
        return done;
      },
    },
  });
  expect(await t.lido("jobs", "logs", "3")).toBe(5);
  expect(t.controller.calls).toHaveLength(4);
});

test.each<[Partial<JobRow>, string]>([
  [{ reason: "all 2 workers of gpu-pool are busy" }, "Job 3 PENDING: all 2 workers of gpu-pool are busy.\n"],
  [
    { status: "RUNNING", reason: "worker 1 has been unreachable for 14 s" },
    "Job 3 RUNNING: worker 1 has been unreachable for 14 s.\n",
  ],
  [{ status: "RUNNING" }, ""],
])("nothing comes of %j: why is said after a while", async (job, words) => {
  const { promise: explained, resolve } = Promise.withResolvers<void>();
  await using t = await stage({
    script: {
      logs: async (_params: LogsParams) => {
        await explained;
        return done;
      },
      queue: () => {
        setImmediate(resolve);
        return { rows: [row(3, job)] };
      },
    },
  });
  await using controller = persistent(t.cli);
  const sink = logSink(t.cli.stdout, { raw: false, prefix: "" });
  const { signal } = new AbortController();
  await followLog(t.cli, controller, { id: 3, follow: true, sink, signal, patienceMs: 1 });
  expect(t.stderr()).toBe(words);
});

test("no such job: the controller's words and code", async () => {
  await using t = await stage({
    script: {
      logs: () => {
        throw new Refusal({ name: "NotFoundError", message: "There is no job 3.", exitCode: 3 });
      },
    },
  });
  expect(await t.lido("jobs", "logs", "3")).toBe(3);
  expect(t.stderr()).toBe("Error: There is no job 3.\n");
});
