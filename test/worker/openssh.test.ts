/** The same agent behind OpenSSH's sshd with stock settings. Debian: `apt-get install openssh-server`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AttemptKey, connectWorker, type WorkerEvent } from "../../worker/index.ts";
import { Recorder } from "../support/eventually.ts";
import { hasSshd, type OpenSshWorker, startOpenSsh } from "../support/openssh.ts";

describe.skipIf(!hasSshd)("OpenSSH's sshd as a worker (needs /usr/sbin/sshd)", () => {
  let host: OpenSshWorker;
  beforeAll(async () => {
    host = await startOpenSsh();
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  test("a job's exit, its log, and a job that outlives its connection", async () => {
    const events = new Recorder<WorkerEvent>();
    const options = { privateKey: host.privateKey, onEvent: events.add };
    const exit = (job: number) =>
      events.find((event) => event.kind === "exit" && event.key.job === job, `exit of ${job}`);
    const key = (job: number) => ({ submission: "openssh-1", job, attempt: 1 });
    await using first = await connectWorker(host.endpoint, options);
    await first.submit({
      id: "openssh-1",
      run: `echo $RANK; until [ -e ${host.home}/go ]; do sleep 0.02; done; exit 3`,
      env: {},
    });
    await first.start({ key: key(1), slot: 0, env: { RANK: "0" } });
    await events.find((event) => event.kind === "started", "started");
    await first.close();

    await using second = await connectWorker(host.endpoint, options);
    expect(second.hello.running).toEqual([key(1)]);
    await second.link.run(`touch ${host.home}/go`);
    expect(await exit(1)).toMatchObject({ code: 3 });
    const log: Buffer[] = [];
    for await (const chunk of second.readLog(key(1), { offset: 0, follow: false })) log.push(chunk);
    expect(Buffer.concat(log).toString()).toBe("0\n");
    const [pid] = readFileSync(join(host.home, ".lido", host.endpoint.poolKey, "slots/0/pid"), "utf8").split(" ");
    expect(process.kill(Number(pid), "SIGTERM")).toBe(true);
  });

  test("a time limit, a lease, logs collected, attempts forgotten", async () => {
    const events = new Recorder<WorkerEvent>();
    await using worker = await connectWorker(host.endpoint, { privateKey: host.privateKey, onEvent: events.add });
    const keys = [1, 2].map((job) => ({ submission: "limits-1", job, attempt: 1 }));
    const limits = { timeoutSeconds: 1, leaseSeconds: 60 };
    await worker.fence("limits", 1);
    await worker.submit({ id: "limits-1", run: "echo $SECONDS_OF; exec sleep $SECONDS_OF", env: {}, limits });
    for (const [i, key] of keys.entries()) await worker.start({ key, slot: 0, env: { SECONDS_OF: i ? "0" : "1000" } });
    await worker.renewLease();
    const ends = await Promise.all(
      keys.map(({ job }) => events.find((event) => event.kind === "exit" && event.key.job === job, `exit of ${job}`)),
    );
    expect(ends).toMatchObject([{ code: 124, timedOut: true }, { code: 0 }]);
    const logs: string[] = [];
    for await (const { head } of worker.collectLogs(keys, { capBytes: 4096 })) logs.push(head.toString());
    expect(logs).toEqual(["1000\n", "0\n"]);
    await worker.acknowledge(keys[0] as AttemptKey);
    expect(await worker.forget(keys)).toEqual([keys[1]]);
  });

  test("20 commands at once stay within MaxSessions", async () => {
    await using worker = await connectWorker(host.endpoint, { privateKey: host.privateKey });
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => worker.link.run(`echo ${i}`)));
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });
});
