/** Changes that cannot be carried out whole: for lack of time, by failing workers, after a restart of a machine. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { processStart } from "../../provider/machines/local/process-start.ts";
import { generateKeyPair, poolKey, type WorkerEvent } from "../../worker/index.ts";
import { eventually, Recorder } from "../support/eventually.ts";
import { PoolFixture } from "./pool-fixture.ts";

const KEY = { submission: "q-1", job: 1, attempt: 1 };

/** A job on worker 1 that writes its pid and ends when `gate` is there. */
async function busy(pool: PoolFixture): Promise<{ readonly pid: number; readonly gate: string }> {
  const [gate, file] = [join(pool.home, "gate"), join(pool.home, "pid")];
  await using worker = await pool.connect(1);
  await worker.submit({
    id: KEY.submission,
    run: `echo $$ > ${file}; until [ -e ${gate} ]; do sleep 0.05; done`,
    env: {},
  });
  await worker.start({ key: KEY, slot: 0, env: {} });
  await eventually(() => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"), "the job runs");
  return { pid: Number(readFileSync(file, "utf8")), gate };
}

test("secrets that no setup would see are refused by name, and no value is shown", async () => {
  await using pool = new PoolFixture();
  const secrets = { "A-B": "v1", UID: "v2", TWICE: "v3", NUL: "v\0", FINE: "v4" };
  const refused = pool.up({ workers: 1, envs: { TWICE: "x" }, secrets });
  await expect(refused).rejects.toThrow(/^(?!.*v\d)/s);
  await expect(refused).rejects.toThrow(
    /'A-B' is not a name .*\n.*\n.*'UID' is read-only in bash.*\n.*\n.*`TWICE` stands in `envs` and in `secrets`\n.*\n.*`NUL` holds a NUL/,
  );
});

test("a drain timeout ends a busy worker with its job, when it is over and not before", async () => {
  await using pool = new PoolFixture();
  await pool.up({ workers: 1, setup: "true" });
  const { pid } = await busy(pool);
  const began = performance.now();
  await pool.up({ workers: 1, setup: "echo 2", policy: { drainTimeout: 2 } });
  expect(performance.now() - began).toBeGreaterThan(2_000);
  expect(processStart(pid)).toBeUndefined();
  expect(pool.state?.workers.map(({ id }) => id)).toEqual([2]);
  expect(pool.told("p-1: its drain timeout is over, 1 unfinished job ended with it")).toBe(true);
  await pool.destroy();
});

test("when maxDuration is over what is done stays, each worker that is not as wanted is named, and the next up goes on", async () => {
  await using pool = new PoolFixture();
  await pool.up({ workers: 2, setup: "true" });
  const { pid, gate } = await busy(pool);
  const late = "max_duration (maxDuration) of 10s is over; the next run goes on";
  await expect(pool.up({ workers: 2, setup: "echo 2", policy: { maxDuration: 10 } })).rejects.toMatchObject({
    reasons: [`p-1: not replaced yet, with 1 unfinished job: ${late}`],
  });
  expect(processStart(pid)).toBeDefined();
  expect(pool.state?.workers.map(({ id, state }) => `${id} ${state}`)).toEqual(["1 DRAINING", "3 READY", "4 READY"]);
  writeFileSync(gate, "");
  await using worker = await pool.connect(1);
  await eventually(async () => (await worker.query(KEY)).kind === "done", "the job has ended");
  await worker.acknowledge(KEY);
  await pool.up({ workers: 2, setup: "echo 2" });
  expect(pool.state?.workers.map(({ id, state }) => `${id} ${state}`)).toEqual(["3 READY", "4 READY"]);
  await pool.destroy();
});

test("a setup that is under way when the time is over is ended, and is no failure", async () => {
  await using pool = new PoolFixture();
  const gate = join(pool.home, "gate");
  const setup = `[ "$SKYPILOT_SERVE_REPLICA_ID" = 1 ] || until [ -e ${gate} ]; do sleep 0.05; done`;
  await expect(pool.up({ workers: 3, setup, policy: { maxDuration: 8 } })).rejects.toMatchObject({
    reasons: [2, 3].map((id) =>
      expect.stringMatching(
        new RegExp(
          `^p-${id}: its setup was ended after \\d\\.\\ds: max_duration \\(maxDuration\\) of 8s is over; the next run begins it anew$`,
        ),
      ),
    ),
  });
  expect(pool.state?.workers.map(({ state }) => state)).toEqual(["READY", "PREPARING", "PREPARING"]);
  // Where no setup ends in time every run would come as far as this one: that is said, with what to set.
  await expect(pool.up({ workers: 3, setup, policy: { maxDuration: 4 } })).rejects.toMatchObject({
    reasons: [
      expect.stringMatching(/^p-2: its setup was ended/),
      expect.stringMatching(/^p-3: its setup was ended/),
      "p: no setup came to its end in 4s, and every run begins it anew. Set max_duration (maxDuration) to more than a setup takes.",
    ],
  });
  writeFileSync(gate, "");
  await pool.up({ workers: 3, setup });
  expect(pool.state?.workers.map(({ id, state }) => `${id} ${state}`)).toEqual(["1 READY", "2 READY", "3 READY"]);
  await pool.destroy();
});

test("of four workers three fail, each in its way: each has its reason, the fourth takes jobs, the next up mends the three", async () => {
  await using pool = new PoolFixture();
  const gate = join(pool.home, "ok");
  const setup = `echo one more >> ${pool.home}/tries-$SKYPILOT_SERVE_REPLICA_ID
if [ ! -e ${gate} ]; then case $SKYPILOT_SERVE_REPLICA_ID in 2) echo no such wheel; exit 7;; 3) echo data > /dev/full || exit 1;; esac; fi`;
  const hostKey = join(pool.folder(4), "host_key.pub");
  const began = pool.up({ workers: 3, setup }).catch((error: unknown) => error);
  expect(await began).toMatchObject({
    reasons: [
      "p-2: setup ended with exit code 7.\nThe end of its log:\n    no such wheel",
      expect.stringMatching(
        /^p-3: setup ended with exit code 1\.\nThe end of its log:\n {4}.*No space left on device$/,
      ),
    ],
  });
  const tries = (id: number) => readFileSync(join(pool.home, `tries-${id}`), "utf8").split("\n").length - 1;
  expect([1, 2, 3].map(tries)).toEqual([1, 1, 1]);
  await using worker = await pool.connect(1);
  await worker.submit({ id: KEY.submission, run: "true", env: {} });
  expect(await worker.start({ key: KEY, slot: 0, env: {} })).toEqual({ kind: "accepted" });
  await eventually(async () => (await worker.query(KEY)).kind === "done", "the job has ended");
  await worker.acknowledge(KEY);

  writeFileSync(gate, "");
  await pool.up({ workers: 4, setup });
  expect([1, 2, 3, 4].map(tries)).toEqual([1, 2, 2, 1]);
  expect(pool.state?.workers.map(({ state }) => state)).toEqual(["READY", "READY", "READY", "READY"]);

  // Somebody else's key where worker 4 was: it is neither used nor brought back.
  const pinned = readFileSync(hostKey, "utf8");
  writeFileSync(hostKey, `${generateKeyPair().public}\n`);
  await expect(pool.up({ workers: 4, setup })).rejects.toMatchObject({
    reasons: [
      expect.stringMatching(
        /^p-4: p-4 \(.*\) shows another host key than the pinned one: expected SHA256:\S+, got SHA256:\S+/,
      ),
    ],
  });
  expect(pool.state?.workers.map(({ state }) => state)).toEqual(["READY", "READY", "READY", "FAILED"]);
  writeFileSync(hostKey, pinned);
  await pool.up({ workers: 4, setup });
  expect([1, 2, 3, 4].map(tries)).toEqual([1, 2, 2, 1]);
  await pool.destroy();
});

test("after a restart of its machine a worker takes no jobs until the next up has run its setup again", async () => {
  await using pool = new PoolFixture();
  const setup = `echo once >> ${pool.home}/setups`;
  await pool.up({ workers: 1, setup });
  const mark = join(pool.folder(1), "home/.lido", poolKey(pool.identity), "ready");
  const before = readFileSync(mark, "utf8");
  writeFileSync(mark, before.replace(/"bootId":"[^"]+"/, '"bootId":"the-boot-before"'));
  const events = new Recorder<WorkerEvent>();
  await using worker = await pool.connect(1, events.add);
  await worker.submit({ id: KEY.submission, run: "true", env: {} });
  expect(await worker.start({ key: KEY, slot: 0, env: {} })).toMatchObject({ kind: "refused", reason: "cordoned" });

  await pool.up({ workers: 1, setup });
  expect(readFileSync(join(pool.home, "setups"), "utf8")).toBe("once\nonce\n");
  // Who was told that it is restarted hears that it serves again.
  await events.find((event) => event.kind === "cordon" && event.reason === "", "the event");
  expect(await worker.start({ key: KEY, slot: 0, env: {} })).toEqual({ kind: "accepted" });
  await events.find(({ kind }) => kind === "exit", "the job ends");
  await worker.acknowledge(KEY);
  await pool.destroy();
});
