import { expect, test } from "vitest";
import { explain, stagedJobs } from "../../../runner/core/index.ts";
import { depthFor } from "../../../runner/core/staging.ts";
import { connected, IDENTITY, Queue, ref, roster, rosterWorker, submit } from "./fixtures.ts";

const tick = { kind: "tick" } as const;

/** Jobs on one worker, the first of which is over after `ms`; job 2 has begun. */
function afterOne(ms: number, { ranks = 20, protocol = 3 } = {}): Queue {
  const queue = new Queue();
  queue.send(submit([rosterWorker(1)], ranks), connected(1, { protocol }));
  queue.send({ kind: "started", ...ref(1, 1), at: 1_000 });
  queue.send({ kind: "exit", ...ref(1, 1), code: 0, startedAt: 1_000, endedAt: 1_000 + ms });
  return queue;
}

function staged(queue: Queue): readonly number[] {
  return [...stagedJobs(queue.state)];
}

test("the shorter jobs are, the more are staged; before one has ended, and behind long ones, none is", () => {
  const depth = (typicalMs: number | undefined) => depthFor({ typicalMs } as Parameters<typeof depthFor>[0]);
  expect([undefined, 1_001, 1_000, 200, 50, 10, 0].map(depth)).toEqual([1, 1, 2, 2, 3, 11, 16]);
});

test("a worker of short jobs has the next one before it asks, and runs them in order", () => {
  const queue = afterOne(200);
  expect(staged(queue)).toEqual([3]);
  queue.send({ kind: "started", ...ref(2, 1), at: 1_200 });
  const effects = queue.send({ kind: "exit", ...ref(2, 1), code: 0, startedAt: 1_200, endedAt: 1_400 });
  expect(effects).toMatchObject([
    { kind: "ended", job: { id: 2 } },
    { kind: "acknowledge", key: { job: 2 } },
    { kind: "start", key: { job: 4 }, worker: 1 },
  ]);
  expect(staged(queue)).toEqual([4]);
  expect(queue.job(3)).toMatchObject({ status: "STARTING", worker: 1 });
});

test.each([
  ["short", 200, 5_000],
  ["long", 5_000, 15_000],
])("one of %s jobs of which nothing is heard is asked for", (_, ms, patience) => {
  const queue = afterOne(ms, { ranks: 2 });
  queue.send({ kind: "started", ...ref(2, 1), at: 1_200 });
  queue.now += patience - 1;
  expect(queue.send(tick)).toEqual([]);
  queue.now += 1;
  expect(queue.send(tick)).toEqual([{ kind: "query", ...ref(2, 1), believed: "RUNNING" }]);
});

test.each([
  ["long jobs", afterOne(5_000)],
  ["an agent that can't take back", afterOne(200, { protocol: 2 })],
])("nothing is staged for %s", (_, queue) => {
  expect(queue.job(2)).toMatchObject({ status: "STARTING" });
  expect(staged(queue)).toEqual([]);
});

test("a free worker comes first, and then where the fewest are", () => {
  const queue = afterOne(40, { ranks: 8 });
  expect(staged(queue)).toEqual([3, 4, 5]);
  const effects = queue.send(
    { kind: "roster", roster: roster([rosterWorker(1), rosterWorker(2)], 9) },
    connected(2, { protocol: 3 }),
  );
  expect(effects.map((effect) => effect.kind === "start" && [effect.key.job, effect.worker])).toEqual([
    [6, 2],
    [7, 2],
    [8, 2],
  ]);
});

test("what is staged behind a job that takes its time is taken back, and goes to whoever is free, in order", () => {
  const queue = afterOne(40, { ranks: 5 });
  queue.send({ kind: "started", ...ref(2, 1), at: 1_100 });
  expect(staged(queue)).toEqual([3, 4, 5]);
  queue.now += 1_001;
  const asked = queue.send(tick);
  expect(asked.map((effect) => effect.kind === "take-back" && effect.key.job)).toEqual([3, 4, 5]);
  for (const job of [3, 4, 5]) queue.send({ kind: "taken-back", ...ref(job, 1), taken: true });
  expect(queue.job(3)).toMatchObject({ status: "PENDING", attempt: 1 });
  expect(explain(queue.state, 3, 1, queue.now)).toBe("waiting for a free worker: 1 of 1 busy");
  expect(staged(queue)).toEqual([]);
});

test("what began in the same moment goes on; what was cancelled meanwhile is over", () => {
  const queue = afterOne(40, { ranks: 4 });
  queue.send({ kind: "started", ...ref(2, 1), at: 1_100 });
  queue.now += 1_001;
  queue.send(tick, { kind: "started", ...ref(3, 1), at: 1_200 });
  queue.send({ kind: "taken-back", ...ref(3, 1), taken: false });
  expect(queue.job(3)).toMatchObject({ status: "RUNNING" });
  queue.send({ kind: "cancel", select: { ids: [{ first: 4, last: 4 }] } });
  const effects = queue.send({ kind: "taken-back", ...ref(4, 1), taken: true });
  expect(effects).toMatchObject([{ kind: "ended", job: { id: 4, status: "CANCELLED" } }]);
});

test("while it is being taken back nothing is sent again: it would begin there after it was handed out anew", () => {
  const queue = afterOne(40, { ranks: 3 });
  queue.now += 1_001;
  expect(queue.send(tick)).toMatchObject([{ kind: "take-back", key: { job: 3 } }]);
  const never = { kind: "answer", ...ref(3, 1), believed: "STARTING", status: { kind: "never" } } as const;
  expect(queue.send(never, tick)).toEqual([]);
  queue.send({ kind: "taken-back", ...ref(3, 1), taken: false });
  expect(queue.send(never)).toMatchObject([{ kind: "start", key: { job: 3 } }]);
});

test("to people a staged job is pending, and says behind what", () => {
  const queue = afterOne(200);
  expect(explain(queue.state, 3, 1, queue.now)).toBe("next on worker 1");
  expect(explain(queue.state, 2, 1, queue.now)).toBe("");
});

test("a worker that is gone takes what was staged there with it: it runs elsewhere", () => {
  const queue = afterOne(200);
  queue.send({ kind: "disconnected", pool: IDENTITY, worker: 1, reason: "reset", permanent: false });
  queue.send({ kind: "roster", roster: roster([rosterWorker(2)], 9) });
  // The staged one is not to blame for the loss.
  expect(queue.job(2)).toMatchObject({ status: "RECOVERING", losses: 1 });
  expect(queue.job(3)).toMatchObject({ status: "RECOVERING", losses: 0 });
});

test.each([1, 2, 3, 7])("handed out %i at a time it is the same as at once", (most) => {
  const workers = [1, 2, 3].map((id) => rosterWorker(id, { generation: id }));
  const ready = () => {
    const queue = new Queue();
    queue.send(submit(workers, 40), ...workers.map(({ id }) => connected(id)));
    queue.step({ kind: "started", ...ref(1, 3), at: 1_000 });
    queue.step({ kind: "exit", ...ref(1, 3), code: 0, startedAt: 1_000, endedAt: 1_010 });
    return queue;
  };
  const handOut = (queue: Queue, limit?: number) =>
    queue.handOut(limit).flatMap((effect) => (effect.kind === "start" ? [[effect.key.job, effect.worker]] : []));
  const queue = ready();
  const parts: (readonly number[])[] = [];
  for (let part = handOut(queue, most); part.length > 0; part = handOut(queue, most)) {
    expect(part.length).toBeLessThanOrEqual(most);
    parts.push(...part);
  }
  expect(parts.length).toBeGreaterThan(30);
  expect(parts).toEqual(handOut(ready()));
});
