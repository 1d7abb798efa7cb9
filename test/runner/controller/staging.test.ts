/** Short jobs on workers that are far away: each has its next job before it asks, and none waits behind a long one. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Teardown } from "../../../runner/controller/teardown.ts";
import { ChaosProxy } from "../../support/chaos-proxy.ts";
import { eventually } from "../../support/eventually.ts";
import { makeHome, openClient, rosterOf, startController, startWorker, submission, untilOver } from "./harness.ts";

const ONE_WAY_MS = 150;

/** A pool of so many workers, each behind a network of its own. */
async function farPool(size: number, teardown: Teardown) {
  const home = makeHome();
  teardown.defer(() => home[Symbol.dispose]());
  const workers = [];
  for (let id = 1; id <= size; id += 1) workers.push(teardown.use(await startWorker(id)));
  const near = rosterOf(home, workers);
  const entries = [];
  for (const entry of near.workers) {
    const proxy = teardown.use(await ChaosProxy.open(entry));
    proxy.setWeather({ delayMs: ONE_WAY_MS });
    entries.push({ ...entry, port: proxy.port });
  }
  const controller = teardown.use(await startController(home));
  const client = await openClient(controller.socket);
  teardown.defer(() => client[Symbol.dispose]());
  return { home: home.path, roster: { ...near, workers: entries }, client };
}

test("between two short jobs there is less than a way to the worker and back", async () => {
  await using teardown = new Teardown();
  const { home, roster, client } = await farPool(1, teardown);
  const ledger = join(home, "ledger");
  const run = `echo "$(date +%s%3N) 1" >> ${ledger}; sleep 0.2; echo "$(date +%s%3N) 0" >> ${ledger}`;
  await client.call("submit", submission(roster, 12, { run }));
  await eventually(async () => {
    const { rows } = await client.call("queue", { limit: 20 });
    return rows.some(({ status, reason, worker }) => status === "PENDING" && reason === "next on worker 1" && !worker);
  }, "a rank is staged, and shown as pending");
  expect((await untilOver(client, 1, 12)).byStatus).toEqual({ SUCCEEDED: 12 });
  const times = readFileSync(ledger, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  // One at a time all along.
  expect(times.map(([, begins]) => begins)).toEqual(times.map((_, index) => (index + 1) % 2));
  const at = times.map(([ms = 0]) => ms);
  const gaps = at.flatMap((ms, index) => (index > 0 && index % 2 === 0 ? [ms - (at[index - 1] ?? 0)] : []));
  const median = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)];
  expect(median).toBeLessThan(2 * ONE_WAY_MS);
}, 120_000);

test("behind a rank that turns out to be long nothing waits: the others run elsewhere, each once", async () => {
  await using teardown = new Teardown();
  const { home, roster, client } = await farPool(2, teardown);
  const [ledger, go] = [join(home, "ledger"), join(home, "go")];
  const slow = `if [ "$LIDO_JOB_RANK" = 9 ]; then until [ -e ${go} ]; do sleep 0.02; done; fi`;
  await client.call("submit", submission(roster, 30, { run: `echo $LIDO_JOB_RANK >> ${ledger}; sleep 0.02; ${slow}` }));
  await eventually(
    async () => {
      const { rows } = await client.call("queue", { statuses: ["SUCCEEDED"], limit: 30 });
      return rows.length === 29;
    },
    "all but the long one are over",
    60_000,
  );
  expect((await client.call("queue", { ids: [{ first: 10, last: 10 }], limit: 1 })).rows).toMatchObject([
    { status: "RUNNING", attempt: 1 },
  ]);
  writeFileSync(go, "");
  expect((await untilOver(client, 1, 30)).byStatus).toEqual({ SUCCEEDED: 30 });
  const ran = readFileSync(ledger, "utf8").trim().split("\n").map(Number);
  expect(ran.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, rank) => rank));
}, 120_000);
