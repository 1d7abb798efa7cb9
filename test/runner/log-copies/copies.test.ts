import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { LogCopies } from "../../../runner/log-copies/index.ts";
import { extentOf, textFrom, textOf } from "../../../runner/log-copies/shape.ts";

const root = mkdtempSync(join(tmpdir(), "lido-copies-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(root, String((folders += 1)));
const open = (folder: string, part = {}) => LogCopies.open({ folder, keepMs: 1000, maxBytes: 1e9, ...part });

const key = (job: number, attempt = 1) => ({ submission: "0000abcd-1", job, attempt });
const whole = (job: number, text: string | Buffer, attempt = 1) => {
  const head = Buffer.from(text);
  return { key: key(job, attempt), size: head.length, head, tail: Buffer.alloc(0) };
};
const text = async (copies: LogCopies, job: number, offset = 0) => (await copies.read(key(job), offset))?.toString();

test("a copy is read as it was, from any offset, also by the next controller; attempts are kept apart", async () => {
  const folder = newFolder();
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  {
    await using copies = await open(folder);
    await copies.add([whole(1, "hello\n"), whole(2, ""), whole(3, bytes)]);
    await copies.add([whole(1, "again\n", 2)]);
    expect(await text(copies, 1)).toBe("hello\n");
  }
  await using copies = await open(folder);
  expect(await text(copies, 1)).toBe("hello\n");
  expect(await text(copies, 1, 4)).toBe("o\n");
  expect((await copies.read(key(1, 2), 0))?.toString()).toBe("again\n");
  expect(await text(copies, 2)).toBe("");
  expect((await copies.read(key(3), 0))?.equals(bytes)).toBe(true);
  expect(await text(copies, 4)).toBeUndefined();
});

test("a log of any length around the one from which it is compressed", async () => {
  await using copies = await open(newFolder());
  const texts = [0, 1, 255, 256, 257, 5000].map((length) => Buffer.alloc(length, "\xff~", "latin1"));
  await copies.add(texts.map((bytes, job) => whole(job, bytes)));
  for (const [job, bytes] of texts.entries()) expect((await copies.read(key(job), 0))?.equals(bytes)).toBe(true);
});

test("many small logs are two files, not many", async () => {
  const folder = newFolder();
  await using copies = await open(folder);
  for (let batch = 0; batch < 10; batch += 1) {
    await copies.add(Array.from({ length: 100 }, (_, index) => whole(batch * 100 + index + 1, `rank ${index}\n`)));
  }
  expect(readdirSync(folder)).toHaveLength(2);
  expect(await text(copies, 1000)).toBe("rank 99\n");
  const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600]);
});

test("a read of one log among many does not read the whole index again; what is added later is found", async () => {
  const folder = newFolder();
  await using copies = await open(folder);
  const many = Array.from({ length: 20_000 }, (_, index) => whole(index + 1, `rank ${index}\n`));
  await copies.add(many.slice(0, -1));
  const cost = async (jobs: readonly number[]): Promise<number> => {
    const before = process.cpuUsage();
    for (const job of jobs) expect(await text(copies, job)).toBe(`rank ${job - 1}\n`);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const first = await cost([1]);
  expect((await cost([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])) / 10).toBeLessThan(first / 2);
  expect(await text(copies, 20_000)).toBeUndefined();
  await copies.add(many.slice(-1));
  expect(await text(copies, 20_000)).toBe("rank 19999\n");
});

test("of a log above the cap the log itself says what is missing", async () => {
  const folder = newFolder();
  await using copies = await open(folder);
  const log = { key: key(1), size: 100, head: Buffer.from("begin\n"), tail: Buffer.from("end\n") };
  await copies.add([log]);
  const notice = "[lido: 90 bytes of this log were left out here when it was copied]\n";
  expect(await text(copies, 1)).toBe(`begin\n${notice}end\n`);
  // Who read on the worker up to here goes on without a byte lost or told twice.
  expect(await text(copies, 1, 3)).toBe(`in\n${notice}end\n`);
  expect(await text(copies, 1, 50)).toBe(`${notice}end\n`);
  expect(await text(copies, 1, 97)).toBe("nd\n");
  expect(await text(copies, 1, 100)).toBe("");
});

test("whatever is cut: from any offset the bytes that are there come once, in order", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(bytes, fc.nat(70), fc.nat(30), fc.nat(30), (log, offset, headLength, tailLength) => {
      const all = Buffer.from(log);
      const cut = headLength + tailLength < all.length && tailLength > 0;
      const head = cut ? all.subarray(0, headLength) : all;
      const tail = cut ? all.subarray(all.length - tailLength) : Buffer.alloc(0);
      const collected = { size: all.length, head, tail };
      const found = textFrom(textOf(collected), extentOf(collected), offset);
      const kept = Buffer.concat([
        head.subarray(offset),
        cut ? all.subarray(Math.max(offset, all.length - tailLength)) : head.subarray(all.length),
      ]);
      const missing = all.length - head.length - tail.length;
      const before = head.at(-1) === 10 ? "" : "\n";
      const notice = `${before}[lido: ${missing} bytes of this log were left out here when it was copied]\n`;
      const without = found.toString("latin1").replace(notice, "");
      expect(without).toBe(kept.toString("latin1"));
    }),
    { numRuns: 500 },
  );
});

test("a torn end, as a crash leaves it, hides nothing else", async () => {
  const folder = newFolder();
  {
    await using copies = await open(folder);
    await copies.add([whole(1, "hello\n")]);
  }
  for (const name of readdirSync(folder)) appendFileSync(join(folder, name), "0000abcd-1 2 1 17");
  await using copies = await open(folder);
  await copies.add([whole(3, "later\n")]);
  expect(await text(copies, 1)).toBe("hello\n");
  expect(await text(copies, 2)).toBeUndefined();
  expect(await text(copies, 3)).toBe("later\n");
});

test("what is too old goes, and what is too much goes, the oldest first; never what is written to now", async () => {
  const folder = newFolder();
  const noise = (job: number) => whole(job, Buffer.from(Array.from({ length: 4000 }, () => Math.random() * 256)));
  for (const job of [1, 2, 3]) {
    await using copies = await open(folder);
    await copies.add([noise(job)]);
  }
  await using copies = await open(folder, { maxBytes: 9_000 });
  await copies.add([noise(4)]);
  await copies.sweep(Date.now());
  const left = async () =>
    (await Promise.all([1, 2, 3, 4].map((job) => text(copies, job)))).map((one) => one !== undefined);
  expect(await left()).toEqual([false, false, true, true]);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1, 1);
  await copies.sweep(Date.now());
  expect(await left()).toEqual([false, false, false, true]);
});
