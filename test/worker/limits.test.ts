/** What ends a job before its own end, on a real worker: its time limit, and the lease of its queue. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { processStart } from "../../provider/machines/local/process-start.ts";
import { eventually } from "../support/eventually.ts";
import { useTestWorker } from "../support/worker-jobs.ts";

const here = useTestWorker();
const { events, jobs } = here;

test("the hello tells what both sides speak, the uptime, and what is free on the disk", () => {
  expect(here.worker.hello.protocol).toBeGreaterThanOrEqual(2);
  expect(here.worker.hello.uptimeMs).toBeGreaterThan(0);
  expect(here.worker.hello.freeKiB).toBeGreaterThan(1000);
  expect(here.worker.hello.freeInodes).toBeGreaterThan(1000);
});

test("a job that outstays its time limit ends with 124, and says that this was why", async () => {
  const key = await jobs.start("echo $$; exec sleep 1000", { timeoutSeconds: 1 });
  expect(await jobs.over(key)).toMatchObject({ kind: "exit", code: 124, timedOut: true });
  expect(await here.worker.query(key)).toMatchObject({ kind: "done", code: 124, timedOut: true });
  expect(processStart(Number(await jobs.log(key)))).toBeUndefined();
});

test("a job within its limits ends as it likes, and its watcher with it", async () => {
  await here.worker.fence("within", 1);
  const key = await jobs.start("exit 124", { timeoutSeconds: 100, leaseSeconds: 100 });
  const ended = await jobs.over(key);
  expect(ended).toMatchObject({ kind: "exit", code: 124 });
  expect(ended).not.toHaveProperty("timedOut");
  const next = await jobs.start("true");
  await jobs.over(next);
  const supervisor = here.host.supervisorPid() as number;
  expect(readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, "utf8").trim()).toBe("");
});

test("a job whose queue is not heard of ends within its lease, all of it, and is lost; one that is renewed goes on", async () => {
  await using other = await here.host.connect();
  await other.fence("leased", 1);
  const key = { submission: "leased-1", job: 1001, attempt: 1 };
  const pids = join(here.host.home, "leased-pids");
  // Neither it nor its child hears a TERM.
  const run = `trap '' TERM; sleep 1000 & echo $$ $! > ${pids}; while :; do wait; done`;
  await other.submit({ id: key.submission, run, env: {}, limits: { leaseSeconds: 4 } });
  expect(await other.start({ key, slot: 0, env: {} })).toEqual({ kind: "accepted" });
  await events.find((event) => event.kind === "started" && event.key.job === key.job, "started");
  const begun = performance.now();
  let renewed = begun;
  await eventually(
    async () => {
      renewed = performance.now();
      await other.renewLease();
      return renewed - begun > 5000;
    },
    "it was renewed for longer than the lease",
    10_000,
  );
  expect(await here.worker.query(key)).toMatchObject({ kind: "running" });
  expect(await events.find((event) => event.kind === "lost", "lost")).toEqual({ kind: "lost", key, why: "lease" });
  expect(performance.now() - renewed).toBeLessThan(4000);
  expect(await here.worker.query(key)).toEqual({ kind: "lost", why: "lease" });
  const [leader, child] = readFileSync(pids, "utf8").trim().split(" ").map(Number) as [number, number];
  expect([processStart(leader), processStart(child)]).toEqual([undefined, undefined]);
});

test("without a lease that holds, an attempt that needs one is refused; a lease of another boot does not hold", async () => {
  const refused = async (queue: string, job: number) => {
    await using other = await here.host.connect();
    await other.fence(queue, 1);
    const key = { submission: `${queue}-1`, job, attempt: 1 };
    await other.submit({ id: key.submission, run: "true", env: {}, limits: { leaseSeconds: 60 } });
    const lease = join(here.host.dir, "leases", queue);
    writeFileSync(lease, readFileSync(lease, "utf8").replace(/ \S{36} /, " 00000000-0000-0000-0000-000000000000 "));
    expect(await other.start({ key, slot: 0, env: {} })).toEqual({ kind: "accepted" });
    return await events.find((event) => event.kind === "refused" && event.key.job === job, "refused");
  };
  expect(await refused("reboot", 2001)).toMatchObject({ kind: "refused", reason: "lease" });
});

test("a limit never signals a process group whose number is somebody else's by now", async () => {
  using stranger = spawn("sleep", ["1000"], { detached: true });
  const ended = once(stranger, "exit");
  const pid = stranger.pid as number;
  const signal = (start: string | undefined) => {
    const script = `. ./common.sh; . ./limits.sh; signal_group KILL ${pid} "${start}"`;
    execFileSync("bash", ["-c", script], { cwd: join(import.meta.dirname, "../../worker/agent") });
  };
  signal("1");
  expect(processStart(pid)).toBeDefined();
  signal(processStart(pid));
  expect(await ended).toEqual([null, "SIGKILL"]);
});
