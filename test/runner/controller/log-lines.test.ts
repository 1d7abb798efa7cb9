/** What the controller writes down: which job, attempt and worker; never a secret, not even at the finest level. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openLog } from "../../../runner/controller/log.ts";
import { eventually } from "../../support/eventually.ts";
import { makeHome, openClient, rosterOf, startController, startWorker, submission, untilOver } from "./harness.ts";

beforeEach(() => vi.stubEnv("LIDO_LOG_LEVEL", "trace"));
afterEach(() => vi.unstubAllEnvs());

test("the log is put aside when it is long, while it is written too: two files, and no line is lost between them", async () => {
  using home = makeHome();
  const path = join(home.path, "controller.log");
  writeFileSync(path, `${"x".repeat(5_000)}\n`);
  const { logger } = openLog(path, 4_000);
  for (let turn = 0; turn < 5; turn += 1) {
    for (let line = 0; line < 20; line += 1) logger.info({ turn, line }, "a line of the log");
    await new Promise((resolve) => setImmediate(resolve));
  }
  const lines = (file: string) => readFileSync(file, "utf8").trim().split("\n");
  expect(readdirSync(home.path).toSorted()).toEqual(["controller.log", "controller.log.1"]);
  for (const file of [path, `${path}.1`]) {
    expect(statSync(file).size).toBeLessThan(10_000);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }
  const told = [...lines(`${path}.1`), ...lines(path)].map(
    (line) => JSON.parse(line) as { turn: number; line: number },
  );
  const last = { turn: 4, line: 19 };
  expect(told.at(-1)).toMatchObject(last);
  expect(told.map(({ turn, line }) => turn * 20 + line)).toEqual(
    Array.from({ length: told.length }, (_, index) => 100 - told.length + index),
  );
});

test("lines about jobs name job, attempt and worker; a secret is in none of them, nor in any answer", async () => {
  using home = makeHome();
  await using a = await startWorker(1);
  await using controller = await startController(home);
  using client = await openClient(controller.socket);
  const secrets = { TOKEN: "s3cr3t-value" };
  const resources = { ordered: false, anyOf: [{ jobRecovery: { maxRestartsOnErrors: 1 } }] };
  const run = 'echo "$TOKEN" > /dev/null; exit 3';
  await client.call(
    "submit",
    submission(rosterOf(home, [a]), 1, { run, secrets, resources, envs: { A: "s3cr3t-env" } }),
  );
  await untilOver(client, 1, 1);
  // A START that no worker can take.
  const long = { ...secrets, LONG: "s3cr3t\nlines" };
  await client.call("submit", submission(rosterOf(home, [a]), 1, { run, secrets: long }));
  await untilOver(client, 2, 2);
  await a[Symbol.asyncDispose]();
  const status = () => client.call("status", {});
  await eventually(async () => (await status()).lastErrors.length > 0, "the lost worker is told");

  const folder = join(home.path, "controller");
  const text = readFileSync(join(folder, "controller.log"), "utf8");
  expect(text).not.toContain("s3cr3t");
  const told = [await status(), await client.call("queue", { limit: 9 })];
  expect(JSON.stringify(told)).not.toContain("s3cr3t");
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { msg: string; job?: number });
  const about = (msg: string) => lines.filter((line) => line.msg === msg && line.job === 1);
  expect(about("start")).toMatchObject([
    { job: 1, attempt: 1, worker: 1 },
    { job: 1, attempt: 2, worker: 1 },
  ]);
  expect(about("recovering")).toMatchObject([{ job: 1, attempt: 1, worker: 1, reason: "exit code 3; restart 1 of 1" }]);
  expect(about("ended")).toMatchObject([{ job: 1, attempt: 2, worker: 1, status: "FAILED", exitCode: 3 }]);
  expect((await status()).lastErrors[0]).toMatchObject({
    text: expect.stringContaining("worker 1 of gpu-pool: not connected"),
  });
  const others = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && !path.includes("queue.sqlite"));
  for (const path of others) expect(readFileSync(path, "latin1"), path).not.toContain("s3cr3t");
}, 60_000);
