/** The log of a setup on a worker: while it runs, afterwards, and where there is none. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AuthenticationError, generateKeyPair, openSetupLog, type SetupReader } from "../../worker/index.ts";
import { eventually } from "../support/eventually.ts";
import { startTestWorker, type TestWorker } from "../support/local-worker.ts";
import { hasSshd, startOpenSsh } from "../support/openssh.ts";

/** A process that stands for a running setup, written down as the setup does it. */
async function setupProcess(dir: string) {
  const child = spawn("sleep", ["600"], { stdio: "ignore" });
  await once(child, "spawn");
  const start = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19];
  writeFileSync(join(dir, "setup.pid"), `${child.pid} ${start}\n`);
  return {
    end: () => {
      rmSync(join(dir, "setup.pid"));
      child.kill();
    },
  };
}

async function reading(worker: TestWorker, signal = new AbortController().signal) {
  const reader = await openSetupLog(worker.endpoint, { privateKey: worker.privateKey, signal });
  const seen = { text: "" };
  const read = (options: Partial<Parameters<SetupReader["read"]>[0]> = {}) =>
    reader.read({ offset: 0, follow: false, onBytes: (chunk) => (seen.text += chunk.toString()), ...options });
  return { reader, seen, read };
}

test("what is there, from an offset, and its last lines", async () => {
  await using worker = await startTestWorker();
  const { reader, seen, read } = await reading(worker);
  await using _ = reader;
  expect(await read()).toEqual({ kind: "none", offset: 0 });
  mkdirSync(worker.dir, { recursive: true });
  expect(await read({ tail: 5 })).toEqual({ kind: "none", offset: 0 });
  writeFileSync(join(worker.dir, "setup.log"), "one\ntwo\nthree\n");
  writeFileSync(join(worker.dir, "roster"), '7\n{"epoch":7}\n');
  expect(await read({ tail: 2 })).toEqual({ kind: "none", offset: 14, roster: { epoch: 7 } });
  expect(seen.text).toBe("two\nthree\n");
  writeFileSync(join(worker.dir, "ready"), "{}");
  expect(await read({ offset: 8 })).toMatchObject({ kind: "ready", offset: 14 });
  expect(seen.text).toBe("two\nthree\nthree\n");
  // A shorter log is that of another setup.
  writeFileSync(join(worker.dir, "setup.log"), "again\n");
  expect(await read({ offset: 14 })).toMatchObject({ offset: 6 });
  expect(seen.text).toBe("two\nthree\nthree\nagain\n");
});

test("it follows while the setup runs, and tells all that was written before its end", async () => {
  await using worker = await startTestWorker();
  mkdirSync(worker.dir, { recursive: true });
  const log = join(worker.dir, "setup.log");
  writeFileSync(log, "begins\n");
  const setup = await setupProcess(worker.dir);
  const { reader, seen, read } = await reading(worker);
  await using _ = reader;
  const followed = read({ follow: true });
  await eventually(() => seen.text === "begins\n", "the log is followed");
  appendFileSync(log, "goes on\n");
  await eventually(() => seen.text.endsWith("goes on\n"), "what is appended comes");
  appendFileSync(log, "ends");
  setup.end();
  expect(await followed).toEqual({ kind: "none", offset: 19 });
  expect(seen.text).toBe("begins\ngoes on\nends");
});

test("following ends at once when it is given up, and another key is refused", async () => {
  await using worker = await startTestWorker();
  mkdirSync(worker.dir, { recursive: true });
  const setup = await setupProcess(worker.dir);
  const stop = new AbortController();
  const { reader, read } = await reading(worker, stop.signal);
  await using _ = reader;
  const followed = read({ follow: true });
  stop.abort(new Error("given up"));
  await expect(followed).rejects.toThrow("given up");
  setup.end();
  const other = { privateKey: generateKeyPair().private };
  await expect(openSetupLog(worker.endpoint, other)).rejects.toThrow(AuthenticationError);
});

test.skipIf(!hasSshd)("the same with OpenSSH", async () => {
  await using worker = await startOpenSsh();
  const dir = join(worker.home, ".lido", worker.endpoint.poolKey);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "setup.log"), "one\ntwo\n");
  await using reader = await openSetupLog(worker.endpoint, { privateKey: worker.privateKey });
  let text = "";
  const onBytes = (chunk: Buffer): void => void (text += chunk.toString());
  expect(await reader.read({ offset: 0, tail: 1, follow: true, onBytes })).toEqual({ kind: "none", offset: 8 });
  expect(text).toBe("two\n");
});
