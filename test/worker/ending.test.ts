/** The end of a cancelled job is proven: nothing of it is left, or the worker takes no more jobs and says why. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processStart } from "../../provider/machines/local/process-start.ts";
import { connectWorker, type WorkerEvent } from "../../worker/index.ts";
import { eventually, Recorder } from "../support/eventually.ts";
import { hasSshd, type OpenSshWorker, startOpenSsh } from "../support/openssh.ts";
import { useTestWorker } from "../support/worker-jobs.ts";
import { jobPid } from "../support/written-pids.ts";

describe("a cancelled job", () => {
  const here = useTestWorker();
  const { jobs } = here;
  const pid = (name: string) => Number(readFileSync(join(here.host.home, name), "utf8"));

  test("ends with what it put into a session of its own, also when that hears no TERM", async () => {
    const key = await jobs.start(
      `setsid bash -c "trap '' TERM; echo \\$\\$ > ${here.host.home}/polite; while :; do sleep 1; done" & wait`,
    );
    await eventually(() => existsSync(join(here.host.home, "polite")) && pid("polite") > 0, "its own session is up");
    await here.worker.cancel(key, 1);
    expect(await jobs.over(key)).toMatchObject({ kind: "exit", code: 143 });
    expect(processStart(pid("polite"))).toBeUndefined();
    expect(here.worker.hello.cordon).toBe("");
  });

  test("ends with all that is left of it when its supervisor is dead, and is not over before", async () => {
    const key = await jobs.start(
      `setsid sleep 1000 & echo $! > ${here.host.home}/stray; trap '' TERM; while :; do sleep 1; done`,
    );
    await eventually(() => existsSync(join(here.host.home, "stray")) && pid("stray") > 0, "its own session is up");
    process.kill(here.host.supervisorPid() as number, "SIGKILL");
    await eventually(async () => (await here.worker.query(key)).kind === "orphan", "the job is an orphan");
    await here.worker.cancel(key, 1);
    await eventually(async () => (await here.worker.query(key)).kind === "lost", "it is over");
    expect(processStart(pid("stray"))).toBeUndefined();
  });

  test("a job that ends by itself may leave a server in a session of its own", async () => {
    const key = await jobs.start(`setsid sleep 1000 & echo $! > ${here.host.home}/server; sleep 0.2`);
    expect(await jobs.over(key)).toMatchObject({ code: 0 });
    expect(processStart(pid("server"))).toBeDefined();
    process.kill(pid("server"), "SIGKILL");
  });
});

const canDropKill = hasSshd && process.getuid?.() === 0;
describe.skipIf(!canDropKill)("a job that cannot be killed (needs root, sshd and setpriv)", () => {
  let host: OpenSshWorker;
  beforeAll(async () => {
    // The agent may signal its own user's processes only, as one that is not root.
    host = await startOpenSsh({ wrap: "setpriv --bounding-set=-kill --inh-caps=-kill" });
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  test.each(["cancel", "timeout"] as const)(
    "%s: its worker takes no job, and says why, until the process is gone",
    async (how) => {
      const events = new Recorder<WorkerEvent>();
      await using worker = await connectWorker(host.endpoint, { privateKey: host.privateKey, onEvent: events.add });
      const key = { submission: `${how}-1`, job: how === "cancel" ? 1 : 2, attempt: 1 };
      const limits = how === "timeout" ? { limits: { timeoutSeconds: 1 } } : {};
      const run = "exec setpriv --reuid=65534 --clear-groups sleep 1000";
      await worker.submit({ id: key.submission, run, env: {}, ...limits });
      await worker.start({ key, slot: 0, env: {} });
      await events.find((event) => event.kind === "started", "started");
      const file = join(host.home, ".lido", host.endpoint.poolKey, `jobs/${key.submission}/${key.job}.1.claim`);
      const job = jobPid(file) as number;
      await eventually(
        () => readFileSync(`/proc/${job}/status`, "utf8").includes("Uid:\t65534"),
        "it changed its user",
      );
      if (how === "cancel") await worker.cancel(key, 0);
      const set = await events.find((event) => event.kind === "cordon", "the worker is quarantined", 40_000);
      const reason = expect.stringMatching(
        new RegExp(`^lido: process ${job} of job ${key.job} \\(attempt 1\\) survives SIGKILL, since 20`),
      );
      expect(set).toEqual({ kind: "cordon", reason });
      const next = { ...key, attempt: 2 };
      expect(await worker.start({ key: next, slot: 1, env: {} })).toEqual({
        kind: "refused",
        reason: "cordoned",
        detail: reason,
      });
      expect(await worker.query(key)).toMatchObject({ kind: "running" });
      await using later = await connectWorker(host.endpoint, { privateKey: host.privateKey });
      expect(later.hello.cordon).toEqual(reason);

      process.kill(job, "SIGKILL");
      expect(await events.find((event) => event.kind === "exit", "exit")).toMatchObject({
        code: how === "cancel" ? 137 : 124,
      });
      await events.find((event) => event.kind === "cordon" && event.reason === "", "the quarantine is over");
      const [pid] = readFileSync(join(host.home, ".lido", host.endpoint.poolKey, "slots/0/pid"), "utf8").split(" ");
      process.kill(Number(pid), "SIGKILL");
    },
    60_000,
  );
});
