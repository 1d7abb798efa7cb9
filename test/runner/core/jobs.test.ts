import { expect, test } from "vitest";
import { explain, react, wantedWorkers, why as whyEach } from "../../../runner/core/index.ts";
import type { AttemptStatus } from "../../../worker/index.ts";
import { connected, IDENTITY, Queue, ref, roster, rosterWorker, submit } from "./fixtures.ts";

const one = [rosterWorker(1)];
const two = [rosterWorker(1), rosterWorker(2)];

function running(workers = one, numJobs = 1): Queue {
  const queue = new Queue();
  queue.send(submit(workers, numJobs), ...workers.map(({ id }) => connected(id)));
  for (const job of queue.state.jobs.values()) {
    if (job.status === "STARTING") queue.send({ kind: "started", ...ref(job.id, job.worker), at: 5 });
  }
  return queue;
}

const why = (queue: Queue, id: number) => explain(queue.state, id, 1, queue.now);

test("an assignment leads to START over that very connection", () => {
  const queue = new Queue();
  queue.send(submit(one, 2));
  expect(queue.send(connected(1, {}, 7))).toEqual([{ kind: "start", ...ref(1, 1), number: 7 }]);
  expect(queue.job(1)).toMatchObject({ status: "STARTING", attempt: 1, worker: 1 });
});

test("the newest generation comes first, then the lowest id", () => {
  const queue = new Queue();
  const workers = [rosterWorker(1), rosterWorker(2, { generation: 2 }), rosterWorker(3, { generation: 2 })];
  queue.send(submit(workers, 3));
  queue.step(connected(1));
  queue.step(connected(3));
  const effects = queue.send(connected(2));
  expect(effects.map((effect) => effect.kind === "start" && [effect.key.job, effect.worker])).toEqual([
    [1, 2],
    [2, 3],
    [3, 1],
  ]);
});

test.each([
  [{ code: 0 }, { status: "SUCCEEDED", reason: "" }],
  [{ code: 3 }, { status: "FAILED", reason: "exit code 3" }],
  [{ code: 137 }, { status: "FAILED", reason: "killed by signal 9 (SIGKILL)" }],
])("exit %o -> %o", ({ code }, expected) => {
  const queue = running();
  const [ended] = queue.send({ kind: "exit", ...ref(1, 1), code, startedAt: 5, endedAt: 9 });
  expect(ended).toMatchObject({ kind: "ended", job: { ...expected, exitCode: code, startedAt: 5, endedAt: 9 } });
  expect(queue.state.submissions.size).toBe(0);
});

test.each([
  [143, "", "ended by the cancel (SIGTERM)"],
  [137, "", "ended by the cancel (SIGKILL)"],
  [0, "", "it ended with exit code 0 as it was cancelled"],
  [143, "wrong data", "wrong data"],
])("exit %d while it is cancelled, for the reason '%s': %s", (code, asked, reason) => {
  const queue = running();
  queue.send({ kind: "cancel", select: { all: true, ...(asked === "" ? {} : { reason: asked }) } });
  const [ended] = queue.send({ kind: "exit", ...ref(1, 1), code, startedAt: 5, endedAt: 9 });
  expect(ended).toMatchObject({ kind: "ended", job: { status: "CANCELLED", exitCode: code, reason } });
});

test("a result is acknowledged once it is durable: at its exit, as an answer, and after a reconnect", () => {
  const queue = running(two);
  const acknowledge = (worker: number, job: number) => ({ kind: "acknowledge", ...ref(worker, job) });
  const exit = queue.send({ kind: "exit", ...ref(1, 1), code: 0, startedAt: 5, endedAt: 9 });
  expect(exit).toContainEqual(acknowledge(1, 1));
  const answer = queue.send({ kind: "answer", believed: "RUNNING", ...ref(2, 2), status: DONE });
  expect(answer).toContainEqual(acknowledge(2, 2));
  const unread = [ref(1, 1).key, { ...ref(1, 1).key, submission: "ffffffff-1" }];
  const again = queue.send(connected(1, { unread }, 2));
  expect(again.filter(({ kind }) => kind === "acknowledge")).toEqual([acknowledge(1, 1)]);
});

test("words about another attempt, another worker or another queue change nothing", () => {
  const queue = running(two);
  const exit = { kind: "exit", code: 0, startedAt: 5, endedAt: 9 } as const;
  const foreign = { ...ref(1, 1), key: { ...ref(1, 1).key, submission: "ffffffff-1" } };
  for (const about of [ref(1, 2), ref(1, 1, { attempt: 2 }), ref(2, 1)]) {
    const stale = { kind: "stale", event: "exit", ref: about };
    // Of no use to us, but ours: the worker need not keep it.
    expect(queue.send({ ...exit, ...about })).toEqual([stale, { kind: "acknowledge", ...about }]);
  }
  expect(queue.send({ ...exit, ...foreign })).toEqual([{ kind: "stale", event: "exit", ref: foreign }]);
  expect(queue.job(1)?.status).toBe("RUNNING");
});

const DONE = { kind: "done", code: 0, startedAt: 5, endedAt: 9 } as const;
const ANSWERS: Record<AttemptStatus["kind"], AttemptStatus> = {
  never: { kind: "never" },
  running: { kind: "running", startedAt: 5 },
  done: DONE,
  void: { kind: "void" },
  orphan: { kind: "orphan", startedAt: 5 },
  lost: { kind: "lost", why: "reboot" },
};
test.each([
  ["STARTING", "never", "STARTING"],
  ["STARTING", "running", "RUNNING"],
  ["STARTING", "done", "over: SUCCEEDED"],
  ["STARTING", "void", "over: CANCELLED"],
  ["STARTING", "orphan", "RUNNING"],
  ["STARTING", "lost", "RECOVERING"],
  ["RUNNING", "never", "RECOVERING"],
  ["RUNNING", "running", "RUNNING"],
  ["RUNNING", "done", "over: SUCCEEDED"],
  ["RUNNING", "void", "RECOVERING"],
  ["RUNNING", "orphan", "RUNNING"],
  ["RUNNING", "lost", "RECOVERING"],
  ["CANCELLING", "never", "CANCELLING"],
  ["CANCELLING", "running", "CANCELLING"],
  ["CANCELLING", "done", "over: CANCELLED"],
  ["CANCELLING", "void", "over: CANCELLED"],
  ["CANCELLING", "orphan", "CANCELLING"],
  ["CANCELLING", "lost", "over: CANCELLED"],
] as const)("%s, and the worker says %s: %s", (believed, answer, expected) => {
  const queue = new Queue();
  queue.send(submit(one), connected(1));
  if (believed !== "STARTING") queue.send({ kind: "started", ...ref(1, 1), at: 5 });
  if (believed === "CANCELLING") queue.send({ kind: "cancel", select: { all: true } });
  const { effects } = queue.step({ kind: "answer", ...ref(1, 1), believed, status: ANSWERS[answer] });
  const ended = effects.find((effect) => effect.kind === "ended");
  expect(ended ? `over: ${ended.job.status}` : queue.job(1)?.status).toBe(expected);
  expect(effects.some((effect) => effect.kind === "start")).toBe(believed === "STARTING" && answer === "never");
});

test("an answer that an event overtook counts for nothing", () => {
  const queue = running();
  const { effects } = queue.step({ kind: "answer", ...ref(1, 1), believed: "STARTING", status: { kind: "never" } });
  expect(effects).toMatchObject([{ kind: "stale" }]);
  expect(queue.job(1)?.status).toBe("RUNNING");
});

test("a lost connection changes nothing but the reason, and the worker is asked when it is back", () => {
  const queue = running();
  queue.send({ kind: "disconnected", pool: IDENTITY, worker: 1, reason: "reset", permanent: false });
  queue.now += 14_000;
  expect(queue.job(1)?.status).toBe("RUNNING");
  expect(why(queue, 1)).toBe(
    "worker 1 has been unreachable for 14 s; whether the job still runs is not known, and no other worker gets it until this one answers or has left the pool (`lido doctor` says what to do)",
  );
  expect(queue.send(connected(1, {}, 2))).toEqual([{ kind: "query", ...ref(1, 1), believed: "RUNNING" }]);
});

test("a worker that left the roster is lost with its job: the next free one gets attempt 2", () => {
  const queue = running(two);
  queue.send({ kind: "disconnected", pool: IDENTITY, worker: 1, reason: "reset", permanent: false });
  const effects = queue.send({ kind: "roster", roster: roster([rosterWorker(2)], 2) });
  expect(effects).toEqual([{ kind: "start", ...ref(1, 2, { attempt: 2 }), number: 1 }]);
});

test("a worker that left while connected keeps its job, and gets no other", () => {
  const queue = running(one, 2);
  queue.send({ kind: "roster", roster: roster([], 2) });
  expect(queue.job(1)?.status).toBe("RUNNING");
  queue.send({ kind: "exit", ...ref(1, 1), code: 0, startedAt: 5, endedAt: 9 });
  expect(queue.state.pools.get(IDENTITY)?.workers.size).toBe(0);
  expect(why(queue, 2)).toBe("pool has no worker yet");
});

test("a pool that is gone from its stack says so, until a worker answers again", () => {
  const queue = running(one, 2);
  const trouble = "Pool 'p' is no longer in stack o/p/s.";
  queue.send({ kind: "stack-read", pool: IDENTITY, trouble });
  expect(why(queue, 2)).toBe("waiting for a free worker: 1 of 1 busy");
  queue.send({ kind: "disconnected", pool: IDENTITY, worker: 1, reason: "reset", permanent: false });
  expect(why(queue, 2)).toBe(trouble);
  queue.send({ kind: "stack-read", pool: IDENTITY, trouble: "" });
  expect(why(queue, 2)).toBe("waiting for a free worker: 1 unreachable (reset)");
});

test("a pool that is gone from its stack takes along what was being cancelled on workers that do not answer, and nothing else", () => {
  const queue = running();
  queue.send({ kind: "cancel", select: { all: true } });
  queue.send({ kind: "disconnected", pool: IDENTITY, worker: 1, reason: "reset", permanent: false });
  queue.send({ kind: "stack-read", pool: IDENTITY, trouble: "the stack cannot be read" });
  expect(queue.job(1)).toMatchObject({ status: "CANCELLING" });
  const effects = queue.send({ kind: "stack-read", pool: IDENTITY, trouble: "there is no such pool", gone: true });
  expect(effects).toMatchObject([{ kind: "ended", job: { id: 1, status: "CANCELLED" } }]);
  const other = running();
  other.send({ kind: "disconnected", pool: IDENTITY, worker: 1, reason: "reset", permanent: false });
  other.send({ kind: "stack-read", pool: IDENTITY, trouble: "there is no such pool", gone: true });
  expect(other.job(1)).toMatchObject({ status: "RUNNING" });
});

test("of a pool that is gone nothing is tried any more; what ran there says how to end it, and a new roster makes it whole", () => {
  const queue = running(two);
  for (const worker of [1, 2])
    queue.send({ kind: "disconnected", pool: IDENTITY, worker, reason: "reset", permanent: false });
  queue.send(submit(two));
  const trouble = "Pool 'p' is no longer in stack o/p/s.";
  queue.send({ kind: "stack-read", pool: IDENTITY, trouble, gone: true });
  expect([...(queue.state.pools.get(IDENTITY)?.workers.keys() ?? [])]).toEqual([1]);
  expect(queue.job(1)).toMatchObject({ status: "RUNNING", worker: 1 });
  expect(why(queue, 1)).toBe(
    "worker 1 has been unreachable for 0 s, and Pool 'p' is no longer in stack o/p/s; `lido jobs cancel 1` ends it",
  );
  queue.send({ kind: "cancel", select: { ids: [{ first: 1, last: 1 }] } });
  queue.send({ kind: "stack-read", pool: IDENTITY, trouble, gone: true });
  expect(queue.job(1)).toBeUndefined();
  expect(wantedWorkers(queue.state, queue.now)).toEqual([]);
  // A host that was given back, and still answers.
  const idle = running([rosterWorker(1), rosterWorker(2)], 1);
  idle.send({ kind: "exit", ...ref(1, 1), code: 0, startedAt: 5, endedAt: 9 });
  idle.send({ kind: "stack-read", pool: IDENTITY, trouble, gone: true });
  expect(wantedWorkers(idle.state, idle.now)).toEqual([]);
  // Of the same epoch: it was looked for in the wrong place.
  queue.send({ kind: "roster", roster: roster([rosterWorker(2)]) });
  expect(explain(queue.state, 2, 2, queue.now)).toBe("waiting for a free worker: 1 being connected");
  expect(queue.send(connected(2, {}, 2))).toMatchObject([{ kind: "start", worker: 2, key: { job: 2 } }]);
});

test("another machine under the same id is another worker", () => {
  const queue = running();
  queue.send({ kind: "roster", roster: roster([rosterWorker(1, { hostKey: "ssh-ed25519 other" })], 2) });
  expect(queue.job(1)).toMatchObject({ status: "RECOVERING", reason: "worker 1 left the pool" });
});

test("a worker whose host key is not told just now, while others are repaired, is the same worker, and keeps its job", () => {
  const queue = running();
  queue.send({ kind: "disconnected", pool: IDENTITY, worker: 1, reason: "reset", permanent: false });
  const unreachable = rosterWorker(1, { state: "FAILED", host: "", port: 0, hostKey: "" });
  queue.send({ kind: "roster", roster: roster([unreachable], 2) });
  expect(queue.job(1)).toMatchObject({ status: "RUNNING", attempt: 1 });
  const known = queue.state.pools.get(IDENTITY)?.workers.get(1)?.entry;
  expect(known).toMatchObject({ state: "FAILED", host: rosterWorker(1).host, hostKey: rosterWorker(1).hostKey });
  queue.send({ kind: "roster", roster: roster([rosterWorker(1, { port: 4711 })], 3) });
  expect(queue.state.pools.get(IDENTITY)?.workers.get(1)?.entry.port).toBe(4711);
  expect(queue.job(1)).toMatchObject({ status: "RUNNING", attempt: 1 });
});

test("a roster with the same or a lower epoch is ignored", () => {
  const queue = running();
  queue.send({ kind: "roster", roster: roster([], 1) });
  expect(queue.job(1)?.status).toBe("RUNNING");
});

test("the third loss in a row ends a rank", () => {
  const queue = running();
  for (const attempt of [1, 2, 3]) {
    queue.send({
      kind: "answer",
      ...ref(1, 1, { attempt }),
      believed: attempt === 1 ? "RUNNING" : "STARTING",
      status: ANSWERS.lost,
    });
  }
  expect(queue.job(1)).toBeUndefined();
});

test("refused by a cordon: back in the queue with the same attempt, and the worker gets nothing until it is lifted", () => {
  const queue = new Queue();
  queue.send(submit(one), connected(1));
  expect(queue.send({ kind: "refused", ...ref(1, 1), reason: "cordoned", detail: "rolling" })).toEqual([]);
  expect(queue.job(1)).toMatchObject({ status: "PENDING", attempt: 1 });
  expect(why(queue, 1)).toBe("worker 1 refused it (rolling); waiting for a free worker: 1 cordoned (rolling)");
  expect(queue.send({ kind: "cordon", pool: IDENTITY, worker: 1, reason: "" })).toMatchObject([
    { kind: "start", key: { attempt: 1 } },
  ]);
});

test.each([
  [["a", "a", "a"], "3 cordoned (a)"],
  [["a", "b", "a"], "3 cordoned (a; b)"],
  [["a", "b", "c"], "3 cordoned"],
])("cordons for the reasons %j: %s", (reasons, words) => {
  const queue = new Queue();
  const workers = reasons.map((_, index) => rosterWorker(index + 1));
  queue.send(submit(workers), ...workers.map(({ id }) => connected(id, { cordon: reasons[id - 1] ?? "" })));
  expect(why(queue, 1)).toBe(`waiting for a free worker: ${words}`);
});

test("a full disk is tried again after a while", () => {
  const queue = new Queue();
  queue.send(submit(one), connected(1));
  queue.send({ kind: "refused", ...ref(1, 1), reason: "no-space", detail: "" });
  expect(why(queue, 1)).toBe(
    "worker 1 refused it (its disk is full); waiting for a free worker: 1 held (its disk is full)",
  );
  expect(whyEach(queue.state, { id: 1, submission: 1 }, queue.now)?.workers).toMatchObject([
    { id: 1, obstacle: "disk-full", detail: "its disk is full" },
  ]);
  queue.now += 29_000;
  expect(queue.send({ kind: "tick" })).toEqual([]);
  queue.now += 1_000;
  expect(queue.send({ kind: "tick" })).toMatchObject([{ kind: "start" }]);
});

test("an attempt of ours that nobody waits for is ended; others are left alone", () => {
  const queue = new Queue();
  queue.send(submit(one, 1), { kind: "cancel", select: { all: true } });
  const { key } = ref(1, 1);
  const foreign = { submission: "ffffffff-1", job: 1, attempt: 1 };
  expect(queue.send(connected(1, { running: [key, foreign] }))).toEqual([
    { kind: "cancel", ...ref(1, 1), graceSeconds: 10 },
  ]);
});

test("who is silent is asked: an orphan soon, a running job after a while", () => {
  const queue = running();
  queue.now += 14_000;
  expect(queue.send({ kind: "tick" })).toEqual([]);
  queue.now += 1_000;
  expect(queue.send({ kind: "tick" })).toEqual([{ kind: "query", ...ref(1, 1), believed: "RUNNING" }]);
  queue.send({ kind: "answer", ...ref(1, 1), believed: "RUNNING", status: ANSWERS.orphan });
  queue.now += 5_000;
  expect(queue.send({ kind: "tick" })).toEqual([{ kind: "query", ...ref(1, 1), believed: "RUNNING" }]);
});

test("reasons of what waits", () => {
  const queue = running([rosterWorker(1), rosterWorker(2), rosterWorker(3, { state: "PREPARING" })], 3);
  expect(why(queue, 3)).toBe("waiting for a free worker: 2 of 2 busy");
  queue.send({ kind: "disconnected", pool: IDENTITY, worker: 2, reason: "timed out", permanent: false });
  expect(why(queue, 3)).toBe("waiting for a free worker: 1 of 2 busy, 1 unreachable (timed out)");
  const preparing = new Queue();
  const failed = rosterWorker(2, { state: "FAILED", reason: "setup failed" });
  preparing.send(submit([rosterWorker(1, { state: "PREPARING" }), failed]));
  expect(why(preparing, 1)).toBe("pool has no ready worker yet: 1 PREPARING, 1 FAILED (setup failed)");
});

test("the reactor leaves what it is given alone", () => {
  const queue = running(two, 3);
  const before = JSON.stringify([...queue.state.jobs.values(), ...queue.state.pools.values()]);
  react(queue.state, { kind: "exit", ...ref(1, 1), code: 0, startedAt: 5, endedAt: 9 }, queue.now);
  react(queue.state, { kind: "cancel", select: { all: true } }, queue.now);
  expect(JSON.stringify([...queue.state.jobs.values(), ...queue.state.pools.values()])).toBe(before);
});
