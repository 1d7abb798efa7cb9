/** What a worker forgets on its queue's word, and what it never does. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useTestWorker } from "../support/worker-jobs.ts";

const here = useTestWorker();
const { jobs } = here;

const files = (submission: string) => readdirSync(join(here.host.dir, "jobs", submission)).toSorted();

test("an attempt that is acknowledged leaves only its claim, and never runs again", async () => {
  const mark = join(here.host.home, "again");
  const key = await jobs.start(`echo x; [ ! -e ${mark} ] || exit 9; : > ${mark}`);
  await jobs.over(key);
  await here.worker.acknowledge(key);
  expect(await here.worker.forget([key])).toEqual([]);
  expect(files(key.submission)).toEqual([`${key.job}.1.claim`, "env", "run"]);
  expect(await here.worker.query(key)).toEqual({ kind: "void" });
  expect(await here.worker.start({ key, slot: 0, env: {} })).toEqual({ kind: "known", status: { kind: "void" } });
  // Told again, as over every new connection: still nothing.
  expect(await here.worker.forget([key])).toEqual([]);
});

test("one that runs, and one whose result nobody has, stay", async () => {
  const gate = join(here.host.home, "gate");
  const unread = await jobs.start("true");
  await jobs.over(unread);
  const running = await jobs.start(`until [ -e ${gate} ]; do sleep 0.02; done`);
  await jobs.started(running);
  expect(await here.worker.forget([unread, running])).toEqual([unread, running]);
  expect(existsSync(join(here.host.dir, `jobs/${unread.submission}/${unread.job}.1.log`))).toBe(true);
  // Even one that somebody acknowledged by mistake.
  await here.worker.acknowledge(running);
  expect(await here.worker.forget([running])).toEqual([running]);
  await here.worker.link.run(`touch ${gate}`);
  expect(await jobs.over(running)).toMatchObject({ code: 0 });
  expect(await here.worker.forget([running])).toEqual([]);
});

test("what its queue settles needs no acknowledgement before; what runs stays, and is unread when it ends", async () => {
  const gate = join(here.host.home, "gate-2");
  const running = await jobs.start(`until [ -e ${gate} ]; do sleep 0.02; done`);
  await jobs.started(running);
  expect(await here.worker.settle([running])).toEqual([running]);
  await here.worker.link.run(`touch ${gate}`);
  await jobs.over(running);
  expect(await here.worker.unread()).toContainEqual(running);
  expect(await here.worker.settle([running])).toEqual([]);
  expect(files(running.submission)).toEqual([`${running.job}.1.claim`, "env", "run"]);
  expect(await here.worker.query(running)).toEqual({ kind: "void" });
  expect(await here.worker.settle([running])).toEqual([]);
});

test("a cancelled one that never began, and one that is unknown, need no acknowledgement; 250 go at once", async () => {
  const submission = "many-1";
  await here.worker.submit({ id: submission, run: "true", env: {} });
  const keys = Array.from({ length: 250 }, (_, i) => ({ submission, job: 5000 + i, attempt: 1 }));
  for (const key of keys.slice(0, 10)) await here.worker.cancel(key, 1);
  expect(await here.worker.forget(keys)).toEqual([]);
  expect(files(submission).filter((file) => !file.endsWith(".claim"))).toEqual(["env", "run"]);
});
