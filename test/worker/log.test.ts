/** A log's bytes are told once each: from any offset, over broken connections, whatever they are. */
import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AttemptKey, Worker } from "../../worker/index.ts";
import { processesNaming } from "../faults/pool/processes.ts";
import { eventually } from "../support/eventually.ts";
import { startTestWorker, type TestWorker } from "../support/local-worker.ts";

let host: TestWorker;
beforeAll(async () => {
  host = await startTestWorker();
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

function put(job: number, content: Buffer): { readonly key: AttemptKey; readonly file: string } {
  mkdirSync(join(host.dir, "jobs/logs-1"), { recursive: true });
  const file = join(host.dir, `jobs/logs-1/${job}.1.log`);
  writeFileSync(file, content);
  return { key: { submission: "logs-1", job, attempt: 1 }, file };
}

const hash = (content: Buffer) => createHash("sha256").update(content).digest("hex");

async function read(worker: Worker, key: AttemptKey, offset: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of worker.readLog(key, { offset, follow: false })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("every byte value, from any offset to the end, and nothing beyond it", async () => {
  await using worker = await host.connect();
  const content = randomBytes(300_000);
  const { key } = put(1, content);
  for (const offset of [0, 1, 255, 65_535, 65_536, 299_999, 300_000, 400_000]) {
    expect(hash(await read(worker, key, offset)), `from ${offset}`).toBe(hash(content.subarray(offset)));
  }
});

test("a log is followed from beyond its end, too: nothing before that byte is told", async () => {
  await using worker = await host.connect();
  const { key, file } = put(3, Buffer.alloc(0));
  const stop = new AbortController();
  const seen: Buffer[] = [];
  const reading = (async () => {
    for await (const chunk of worker.readLog(key, { offset: 3, follow: true, signal: stop.signal })) seen.push(chunk);
  })();
  await eventually(() => processesNaming("logs-1/3.1.log").length > 0, "somebody reads it");
  for (const piece of ["one", "two\n", "three\n"]) {
    appendFileSync(file, piece);
    const told = readFileSync(file, "utf8").slice(3);
    await eventually(() => Buffer.concat(seen).toString() === told, `it is told: ${told}`);
  }
  stop.abort();
  await reading;
});

test("a log that grows while connections break: each byte once, in order", async () => {
  const { key, file } = put(2, Buffer.alloc(0));
  const written: Buffer[] = [];
  const seen: Buffer[] = [];
  const size = (list: readonly Buffer[]) => list.reduce((sum, one) => sum + one.length, 0);
  for (let round = 0; round < 8; round++) {
    await using worker = await host.connect();
    const reading = (async () => {
      for await (const chunk of worker.readLog(key, { offset: size(seen), follow: true })) seen.push(chunk);
    })();
    // It breaks in the middle of a piece: some of it was told, some not.
    const piece = randomBytes(500_000 + round);
    written.push(piece);
    appendFileSync(file, piece);
    await eventually(() => size(seen) > size(written) - piece.length, "some of the piece is told");
    await worker.close();
    await expect(reading).rejects.toThrow("The connection broke while the log was read.");
  }
  await using worker = await host.connect();
  seen.push(await read(worker, key, size(seen)));
  expect(hash(Buffer.concat(seen))).toBe(hash(Buffer.concat(written)));
});
