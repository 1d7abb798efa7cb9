/** Attempts on a real worker: a real SSH server, real agents and supervisors, real jobs; the agent in each `sh` that there is. */
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processStart } from "../../provider/machines/local/process-start.ts";
import type { AttemptKey, Worker, WorkerEvent } from "../../worker/index.ts";
import { ConnectionError } from "../../worker/index.ts";
import { kill9, processesNaming } from "../faults/pool/processes.ts";
import { eventually, Recorder } from "../support/eventually.ts";
import { startTestWorker, type TestWorker } from "../support/local-worker.ts";
import { hasShell, SHELLS, useShell } from "../support/shells.ts";
import { uniqueName } from "../support/worker-jobs.ts";

describe.each(SHELLS)("the agent in $name", (shell) => {
  describe.skipIf(!hasShell(shell))(`(needs ${shell.program})`, () => {
    let host: TestWorker;
    let worker: Worker;
    const events = new Recorder<WorkerEvent>();
    const name = uniqueName();
    let jobs = 0;
    let used: Disposable;

    beforeAll(async () => {
      used = useShell(shell);
      host = await startTestWorker();
      worker = await host.connect({ onEvent: events.add });
    });
    afterAll(async () => {
      await worker.close();
      await host[Symbol.asyncDispose]();
      used[Symbol.dispose]();
    });

    /** A new submission with one attempt of `run`, started. */
    async function start(run: string, env: Readonly<Record<string, string>> = {}): Promise<AttemptKey> {
      jobs += 1;
      const key = { submission: `${name}-${jobs}`, job: jobs, attempt: 1 };
      await worker.submit({ id: key.submission, run, env });
      expect(await worker.start({ key, slot: 0, env: { SKYPILOT_JOB_RANK: String(jobs) } })).toEqual({
        kind: "accepted",
      });
      return key;
    }

    /** From here on there is a process, and a log. */
    function started(key: AttemptKey): Promise<WorkerEvent> {
      return events.find((event) => event.kind === "started" && event.key.job === key.job, `start of job ${key.job}`);
    }

    function exit(key: AttemptKey): Promise<WorkerEvent> {
      return events.find((event) => event.kind === "exit" && event.key.job === key.job, `exit of job ${key.job}`);
    }

    async function log(key: AttemptKey): Promise<string> {
      const chunks: Buffer[] = [];
      for await (const chunk of worker.readLog(key, { offset: 0, follow: false })) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    }

    test("it is that shell that reads the agent", async () => {
      const { stdout } = await worker.link.run("readlink /proc/$$/exe; true");
      expect(stdout.trim()).toBe(realpathSync(shell.program));
    });

    test("a job runs in ~/sky_workdir with its variables, and its exit code comes back", async () => {
      const key = await start('pwd; echo "$SKYPILOT_JOB_RANK"; printf %s "$ODD" | od -c | head -1; exit 3', {
        ODD: "a'\n$b",
      });
      expect(await exit(key)).toMatchObject({ code: 3 });
      expect(await worker.query(key)).toMatchObject({ kind: "done", code: 3 });
      expect(await log(key)).toBe(`${host.home}/sky_workdir\n${key.job}\n0000000   a   '  \\n   $   b\n`);
    });

    test("what differs from job to job follows from the job's id, whatever else is set", async () => {
      const key = { submission: "ranks-11", job: 13, attempt: 1 };
      const perJob = { RANK: { minus: 11 }, TASK: { before: "it's $x_", after: "-0" }, ID: {} };
      const env = { lido_job: "99", ID: "mine" };
      await worker.submit({ id: key.submission, run: 'echo "$RANK $TASK $ID $lido_job"', env, perJob });
      await worker.start({ key, slot: 0, env: {} });
      await exit(key);
      expect(await log(key)).toBe("2 it's $x_13-0 13 99\n");
    });

    test("the last command decides, as bash says; there is no set -e", async () => {
      expect(await exit(await start("false; true"))).toMatchObject({ code: 0 });
      expect(await exit(await start("true; false"))).toMatchObject({ code: 1 });
      expect(await exit(await start("kill -9 $$"))).toMatchObject({ code: 137 });
    });

    // A shell lets what it starts in the background ignore SIGINT, and BusyBox's setsid gives it no other way.
    test(`SIGINT ${shell.tools ? "is ignored by" : "ends"} a job`, async () => {
      expect(await exit(await start("kill -INT $$; exit 3"))).toMatchObject({ code: shell.tools ? 3 : 130 });
    });

    test("a second START of an attempt answers its status and starts nothing", async () => {
      const key = await start(`echo x >> ${host.home}/count`);
      await exit(key);
      expect(await worker.start({ key, slot: 0, env: {} })).toMatchObject({
        kind: "known",
        status: { kind: "done", code: 0 },
      });
      expect(readFileSync(join(host.home, "count"), "utf8")).toBe("x\n");
    });

    test("two agents that race start one execution", async () => {
      await using second = await host.connect();
      jobs += 1;
      const key = { submission: `${name}-${jobs}`, job: jobs, attempt: 1 };
      await worker.submit({ id: key.submission, run: `echo x >> ${host.home}/race`, env: {} });
      const answers = await Promise.all(
        [worker, second].flatMap((one) => [one, one]).map((one) => one.start({ key, slot: 0, env: {} })),
      );
      expect(answers.every((answer) => answer.kind !== "refused")).toBe(true);
      await exit(key);
      // What still lies in the inbox is taken before this one.
      await exit(await start("true"));
      expect(readFileSync(join(host.home, "race"), "utf8")).toBe("x\n");
    });

    test("a START of an unknown submission, and one from an older epoch, are refused", async () => {
      const key = { submission: "nobody-1", job: 1, attempt: 1 };
      expect(await worker.start({ key, slot: 0, env: {} })).toEqual({
        kind: "refused",
        reason: "unknown-submission",
        detail: "",
      });

      await using older = await host.connect();
      await older.fence("queue", 4);
      await older.submit({ id: "fenced-1", run: "true", env: {} });
      await using newer = await host.connect();
      await newer.fence("queue", 5);
      const fenced = { submission: "fenced-1", job: 1, attempt: 1 };
      expect(await older.start({ key: fenced, slot: 0, env: {} })).toEqual({
        kind: "refused",
        reason: "fenced",
        detail: "5",
      });
      await expect(older.fence("queue", 4)).rejects.toThrow("refused fenced 5");
      expect(await worker.query(fenced)).toEqual({ kind: "never" });
    });

    test("a cordoned worker refuses with the reason, also what already lay in its inbox; what runs goes on", async () => {
      const release = join(host.home, "release");
      const running = await start(`until [ -e ${release} ]; do sleep 0.02; done`);
      await started(running);
      const waiting = await start("true");
      await worker.cordon("rolled: setup changed");
      const refusal = { reason: "cordoned", detail: "rolled: setup changed" };
      expect(await worker.start({ key: { ...waiting, attempt: 2 }, slot: 0, env: {} })).toEqual({
        kind: "refused",
        ...refusal,
      });
      expect(await worker.running()).toEqual([running]);
      await worker.link.run(`touch ${release}`);
      expect(await exit(running)).toMatchObject({ code: 0 });
      await events.find(
        (event) => event.kind === "refused" && event.key.job === waiting.job && event.reason === "cordoned",
        "refused",
      );
      expect(await worker.query(waiting)).toEqual({ kind: "never" });
      expect(await worker.running()).toEqual([]);
      await worker.uncordon();
      expect(await worker.start({ key: waiting, slot: 0, env: {} })).toEqual({ kind: "accepted" });
      expect(await exit(waiting)).toMatchObject({ code: 0 });
    });

    test("a START that lay in the inbox twice is dropped after the first was refused; a new START counts again", async () => {
      const release = join(host.home, "release2");
      const running = await start(`until [ -e ${release} ]; do sleep 0.02; done`);
      await started(running);
      const key = await start(`echo x >> ${host.home}/twice`);
      expect(await worker.start({ key, slot: 0, env: {} })).toEqual({ kind: "accepted" });
      await worker.cordon("drained");
      await worker.link.run(`touch ${release}`);
      await exit(running);
      await events.find((event) => event.kind === "refused" && event.key.job === key.job, "refused");
      await worker.uncordon();
      // The slot takes what lies in the inbox before this one.
      await exit(await start("true"));
      expect(await worker.query(key)).toEqual({ kind: "never" });
      expect(await worker.start({ key, slot: 0, env: {} })).toEqual({ kind: "accepted" });
      expect(await exit(key)).toMatchObject({ code: 0 });
      expect(readFileSync(join(host.home, "twice"), "utf8")).toBe("x\n");
    });

    test("what ended stays unread until it is acknowledged, over connections", async () => {
      const key = await start("true");
      await exit(key);
      await using other = await host.connect();
      expect(other.hello.unread).toContainEqual(key);
      await other.acknowledge(key);
      expect(await worker.unread()).not.toContainEqual(key);
    });

    test("cancel: TERM to the whole group, KILL after the grace, void before it began", async () => {
      const polite = await start(`trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done`);
      await started(polite);
      await eventually(async () => (await log(polite)) === "up\n", "the trap is set");
      const next = await start("true");
      expect(await worker.cancel(next, 10)).toEqual({ kind: "void" });
      expect(await worker.cancel(polite, 10)).toMatchObject({ kind: "running" });
      expect(await exit(polite)).toMatchObject({ code: 7 });
      expect(await worker.query(next)).toEqual({ kind: "void" });

      const stubborn = await start(
        `trap '' TERM; (trap '' TERM; echo $BASHPID; exec sleep 1000) & wait; wait; while :; do sleep 1; done`,
      );
      await started(stubborn);
      await eventually(async () => /\d\n/.test(await log(stubborn)), "the child is up");
      await worker.cancel(stubborn, 1);
      expect(await exit(stubborn)).toMatchObject({ code: 137 });
      expect(processStart(Number(await log(stubborn)))).toBeUndefined();
    });

    test("what a job leaves in its process group ends with it", async () => {
      const key = await start("sleep 1000 & echo $!");
      expect(await exit(key)).toMatchObject({ code: 0 });
      expect(processStart(Number(await log(key)))).toBeUndefined();
    });

    test("a job's log is followed while it runs, from any offset", async () => {
      const gate = join(host.home, "gate");
      const key = await start(`printf 'one\\n'; until [ -e ${gate} ]; do sleep 0.02; done; printf 'two\\n'`);
      await started(key);
      const stop = new AbortController();
      const seen: string[] = [];
      const following = (async () => {
        for await (const chunk of worker.readLog(key, { offset: 1, follow: true, signal: stop.signal }))
          seen.push(chunk.toString());
      })();
      await eventually(() => seen.join("") === "ne\n", "the first line");
      await worker.link.run(`touch ${gate}`);
      await eventually(() => seen.join("") === "ne\ntwo\n", "the second line");
      stop.abort();
      await following;
    });

    test("a job outlives agent, connection and server; afterwards its state is there", async () => {
      const gate = join(host.home, "gate2");
      const key = await start(`until [ -e ${gate} ]; do sleep 0.02; done; echo done; exit 5`);
      await started(key);
      await worker.close();
      worker = await host.connect({ onEvent: events.add });
      expect(worker.hello.running).toEqual([key]);
      expect(await worker.query(key)).toMatchObject({ kind: "running" });
      await worker.link.run(`touch ${gate}`);
      expect(await exit(key)).toMatchObject({ code: 5 });
      expect(await log(key)).toBe("done\n");
    });

    test("a job whose supervisor was killed is an orphan, then lost; the slot takes the next one only after it", async () => {
      const gate = join(host.home, "gate3");
      const order = join(host.home, "order");
      const key = await start(`until [ -e ${gate} ]; do sleep 0.02; done; echo first >> ${order}`);
      await started(key);
      process.kill(host.supervisorPid() as number, "SIGKILL");
      await eventually(async () => (await worker.query(key)).kind === "orphan", "the job is an orphan");
      expect(await worker.running()).toEqual([key]);
      const next = await start(`echo second >> ${order}`);
      await worker.link.run(`touch ${gate}`);
      expect(await exit(next)).toMatchObject({ code: 0 });
      expect(readFileSync(order, "utf8")).toBe("first\nsecond\n");
      expect(await worker.query(key)).toEqual({ kind: "lost", why: "killed" });
    });

    test("an agent whose follower of the journal was killed ends when it is asked, and the next one tells events", async () => {
      const key = await start("true");
      await exit(key);
      const followers = processesNaming(host.home).filter(({ command }) => command.startsWith("tail "));
      expect(followers).toHaveLength(1);
      for (const { pid } of followers) kill9(pid);
      await eventually(
        () =>
          worker.query(key).then(
            () => false,
            (error: unknown) => error instanceof ConnectionError,
          ),
        "the agent is gone",
      );
      await worker.close();
      worker = await host.connect({ onEvent: events.add });
      expect(await exit(await start("exit 6"))).toMatchObject({ code: 6 });
    });

    test("a torn or an empty exit record does not count", async () => {
      const key = await start("exit 4");
      await exit(key);
      const file = join(host.dir, `jobs/${key.submission}/${key.job}.${key.attempt}.claim`);
      const [claim, record = ""] = readFileSync(file, "utf8").split("\n");
      const put = (text: string) => worker.link.run(`cat > ${file}`, { stdin: `${claim}\n${text}` });
      // The last: its first columns were read before it was written, the others after.
      for (const torn of [
        "",
        record.slice(0, 20),
        record.replace(/\.$/, " \n"),
        `${record.replace(/^.{9}/, " ".repeat(9))}\n`,
      ]) {
        await put(torn);
        expect((await worker.query(key)).kind, JSON.stringify(torn)).not.toBe("done");
      }
      await put(`${record}\n`);
      expect(await worker.query(key)).toMatchObject({ kind: "done", code: 4 });
    });

    test("attempts of an older Lido's supervisor, which has a file for each thing, are known, and can be forgotten", async () => {
      const done = { submission: "older-1", job: 1, attempt: 1 };
      const lives = { ...done, job: 2 };
      const gate = join(host.home, "gate4");
      const script = [
        `mkdir jobs/older-1; cd jobs/older-1; read -r boot < /proc/sys/kernel/random/boot_id`,
        `start_of() { set -- $(cut -d')' -f2 /proc/$1/stat); shift 19; echo $1; }`,
        `echo "4194300 1 $boot 1000" | tee 1.1.claim > 2.1.claim; : > 1.1.log; : > 2.1.log`,
        `printf '%-62s.\n' '7 1000 2000' > 1.1.exit; printf '%-63s\n' '' > 2.1.exit`,
        `setsid sh -c 'until [ -e ${gate} ]; do sleep 0.02; done' > /dev/null 2>&1 & echo "$! $(start_of $!)" > 2.1.pid`,
      ];
      await worker.link.run(`cd ${host.dir} && { ${script.join("\n")}\n}`);
      expect(await worker.query(done)).toEqual({ kind: "done", code: 7, startedAt: 1000, endedAt: 2000 });
      expect(await worker.query(lives)).toEqual({ kind: "orphan", startedAt: 1000 });
      expect(await worker.unread()).toContainEqual(done);
      expect(await worker.settle([done, lives])).toEqual([lives]);
      expect(await worker.query(done)).toEqual({ kind: "void" });
      await worker.link.run(`touch ${gate}`);
      await eventually(async () => (await worker.query(lives)).kind === "lost", "the job is over");
      expect(await worker.settle([lives])).toEqual([]);
      expect(readdirSync(join(host.dir, "jobs/older-1")).toSorted()).toEqual(["1.1.claim", "2.1.claim"]);
    });

    test("a newer roster is kept and told to every agent, an older one is not", async () => {
      const seen = new Recorder<WorkerEvent>();
      await using other = await host.connect({ onEvent: seen.add });
      const roster = {
        kind: "lido.WorkerPool",
        pool: "p",
        identity: "o/p/s/p",
        generation: 1,
        epoch: 7,
        infra: "local",
      } as const;
      const whole = { ...roster, size: { target: 0, min: 0, max: 0 }, ssh: { user: "u", keyRef: "" }, workers: [] };
      expect(await other.readRoster()).toBeUndefined();
      await worker.publishRoster(whole);
      await seen.find((event) => event.kind === "roster" && event.epoch === 7, "the roster event");
      await worker.publishRoster({ ...whole, epoch: 6 });
      expect(await other.readRoster()).toEqual(whole);
      await using late = await host.connect();
      expect(late.hello.rosterEpoch).toBe(7);
    });
  });
});
