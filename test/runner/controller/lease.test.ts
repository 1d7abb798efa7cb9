/** Leases between a real controller and a real worker. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { makeHome, openClient, rosterOf, startController, startWorker, submission, untilOver } from "./harness.ts";

const LEASE_SECONDS = 4;
const resources = {
  ordered: false,
  anyOf: [{ jobRecovery: { onDisconnect: "lease", leaseSeconds: LEASE_SECONDS } as const }],
};

test("a lease is renewed while the controller lives; without it the job is ended, and runs again once", async () => {
  using home = makeHome();
  await using a = await startWorker(1);
  const book = join(home.path, "book");
  const go = join(home.path, "go");
  const lines = () => (existsSync(book) ? readFileSync(book, "utf8").split("\n").slice(0, -1) : []);
  const beats = () => lines().filter((line) => line === "beat").length;
  const run = `echo begin >> ${book}; until [ -e ${go} ]; do echo beat >> ${book}; sleep 0.1; done; echo end >> ${book}`;
  const first = await startController(home);
  {
    using client = await openClient(first.socket);
    await client.call("submit", submission(rosterOf(home, [a]), 1, { run, resources }));
    await eventually(() => beats() > LEASE_SECONDS * 15, "it runs for longer than its lease", 30_000);
    expect(lines().filter((line) => line === "begin")).toHaveLength(1);
  }
  await first.stop();
  let last = -1;
  let since = performance.now();
  await eventually(
    () => {
      if (beats() !== last) since = performance.now();
      last = beats();
      return performance.now() - since > 1_500;
    },
    "the worker has ended it",
    30_000,
  );

  const second = await startController(home);
  try {
    using client = await openClient(second.socket);
    await eventually(() => lines().filter((line) => line === "begin").length === 2, "it runs again", 30_000);
    const { rows } = await client.call("queue", { limit: 1 });
    expect(rows).toMatchObject([{ attempt: 2 }]);
    writeFileSync(go, "");
    expect((await untilOver(client, 1, 1)).byStatus).toEqual({ SUCCEEDED: 1 });
    expect(lines().filter((line) => line === "end")).toHaveLength(1);
  } finally {
    await second.stop();
  }
}, 90_000);

test("a job that runs into its timeout fails and says so", async () => {
  using home = makeHome();
  await using a = await startWorker(1);
  await using controller = await startController(home);
  using client = await openClient(controller.socket);
  await client.call("submit", submission(rosterOf(home, [a]), 1, { run: "sleep 600", timeoutSeconds: 1 }));
  await untilOver(client, 1, 1);
  const { rows } = await client.call("queue", { limit: 1 });
  expect(rows).toMatchObject([{ status: "FAILED", exitCode: 124, reason: "it ran longer than its timeout of 1 s" }]);
}, 60_000);

test("a job restarts on the exit codes that it names, on none of the others", async () => {
  using home = makeHome();
  await using a = await startWorker(1);
  await using controller = await startController(home);
  using client = await openClient(controller.socket);
  const marks = join(home.path, "marks");
  const again = { ordered: false, anyOf: [{ jobRecovery: { recoverOnExitCodes: [29] } }] };
  const run = `echo x >> ${marks}; [ $(wc -l < ${marks}) -ge 3 ] || exit 29; exit 3`;
  await client.call("submit", submission(rosterOf(home, [a]), 1, { run, resources: again }));
  await untilOver(client, 1, 1);
  const { rows } = await client.call("queue", { limit: 1 });
  expect(rows).toMatchObject([{ status: "FAILED", exitCode: 3, attempt: 3, reason: "exit code 3" }]);
});
