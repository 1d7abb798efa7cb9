/** What no longer serves has an end: folders of submissions, the journal, older code. What may still serve has none. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OURS } from "../../worker/versions.ts";
import { eventually } from "../support/eventually.ts";
import { useTestWorker } from "../support/worker-jobs.ts";

const here = useTestWorker();
const { events, jobs } = here;

const submissions = () => readdirSync(join(here.host.dir, "jobs")).toSorted();

/** As if it had last been swept more than an hour ago, and no folder had changed since long before. */
function ageByTwoHours(): void {
  const file = join(here.host.dir, "swept");
  const [uptime, boot] = readFileSync(file, "utf8").trim().split(" ") as [string, string];
  // Before the machine's own start, where that was less than an hour ago.
  writeFileSync(file, `${Number(uptime) - 3_600_000} ${boot}\n`);
  const then = new Date(Date.now() - 2 * 3_600_000);
  for (const name of submissions()) utimesSync(join(here.host.dir, "jobs", name), then, then);
}

test("a submission goes when nothing is left of it and an hour is over; one with a result or a job stays", async () => {
  const gate = join(here.host.home, "gate");
  const [gone, unread] = [await jobs.start("true"), await jobs.start("true")];
  await jobs.over(unread);
  const running = await jobs.start(`until [ -e ${gate} ]; do sleep 0.02; done`);
  await jobs.started(running);
  await here.worker.acknowledge(gone);
  await here.worker.forget([gone]);
  await (await here.host.connect()).close();
  expect(submissions()).toEqual([gone, unread, running].map(({ submission }) => submission));
  ageByTwoHours();
  await using later = await here.host.connect();
  expect(submissions()).toEqual([unread, running].map(({ submission }) => submission));
  // A START of it that hung somewhere does not run it again.
  expect(await later.start({ key: gone, slot: 0, env: {} })).toMatchObject({ reason: "unknown-submission" });
  // Forgotten after that: at the next sweep, on this very connection.
  await here.worker.link.run(`touch ${gate}`);
  await jobs.over(running);
  for (const key of [unread, running]) await here.worker.acknowledge(key);
  await here.worker.forget([unread, running]);
  // It sweeps after its answer.
  await here.worker.ping();
  ageByTwoHours();
  await here.worker.forget([unread]);
  await here.worker.ping();
  expect(submissions()).toEqual([]);
});

test("a log that was being forgotten when an older agent was killed goes with its submission", async () => {
  const folder = join(here.host.dir, "jobs/older-1");
  mkdirSync(folder);
  for (const [name, text] of [
    ["run", "true\n"],
    ["1.1.claim", "void\n1 2 3 .\n"],
    ["1.1.log", "one\n"],
  ] as const)
    writeFileSync(join(folder, name), text);
  await (await here.host.connect()).close();
  ageByTwoHours();
  await (await here.host.connect()).close();
  expect(submissions()).not.toContain("older-1");
});

test("the journal is emptied by who finds itself alone, and never while somebody follows", async () => {
  const journal = join(here.host.dir, "events");
  await jobs.over(await jobs.start("true"));
  const before = statSync(journal).size;
  expect(before).toBeGreaterThan(50);
  await using other = await here.host.connect();
  expect(statSync(journal).size).toBe(before);
  await other.close();
  await here.reconnect();
  expect(statSync(journal).size).toBe(0);
});

test("an agent that lives long empties the journal when all is known, and hears everything after that", async () => {
  const journal = join(here.host.dir, "events");
  await jobs.over(await jobs.start("true"));
  await here.worker.cordon("drained");
  const many = Array.from({ length: 5000 }, (_, i) => ({ submission: "none-1", job: i + 1, attempt: 1 }));
  await here.worker.forget(many);
  await here.worker.ping();
  expect(statSync(journal).size, "a result is unread").toBeGreaterThan(50);
  for (const one of await here.worker.unread()) await here.worker.acknowledge(one);
  const cordons = () => events.items.filter((event) => event.kind === "cordon" && event.reason === "drained").length;
  await eventually(() => cordons() === 1, "the cordon is told");
  await here.worker.forget(many);
  await here.worker.ping();
  expect(statSync(journal).size).toBe(0);
  await eventually(() => cordons() === 2, "the cordon is told again");
  await here.worker.uncordon();
  expect(await jobs.over(await jobs.start("exit 6"))).toMatchObject({ code: 6 });
});

test("older code goes when a newer agent is put there, unless it runs or was used within a week", async () => {
  const lido = join(here.host.home, ".lido");
  const own = readdirSync(lido).find((name) => name.startsWith("agent-")) as string;
  const old = new Date(Date.now() - 8 * 86_400_000);
  const add = (name: string, used: Date) => {
    mkdirSync(join(lido, name));
    for (const file of ["agent.sh", "used"]) writeFileSync(join(lido, name, file), "sleep 1000 & wait\n");
    utimesSync(join(lido, name, "used"), used, used);
  };
  add("agent-unused", old);
  add("agent-recent", new Date());
  add("agent-running", old);
  const running = spawn("sh", [join(lido, "agent-running/agent.sh")], { cwd: here.host.home, detached: true });
  try {
    await here.worker.link.run(`rm -rf ${join(lido, own)}`);
    await using other = await here.host.connect();
    expect(other.hello.protocol).toBe(OURS.newest);
    const there = ["agent-unused", "agent-recent", "agent-running", own].filter((name) => existsSync(join(lido, name)));
    expect(there).toEqual(["agent-recent", "agent-running", own]);
  } finally {
    process.kill(-(running.pid as number), "SIGKILL");
  }
});
