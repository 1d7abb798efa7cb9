/** Jobs that failed or were cancelled run once more; and what a waiting job waits for. */
import { expect, test } from "vitest";
import type { Submission, UndoneJob } from "../../../runner/core/index.ts";
import { react, why } from "../../../runner/core/index.ts";
import { connected, IDENTITY, Queue, ref, rosterWorker, submit } from "./fixtures.ts";

/** Two ranks that failed on their one worker, and their submission as the store has it. */
function failedQueue(): { readonly queue: Queue; readonly jobs: readonly (UndoneJob & { readonly of: Submission })[] } {
  const queue = new Queue();
  queue.send(submit([rosterWorker(1)], 2));
  const of = queue.state.submissions.get(1);
  if (!of) throw new Error("nothing was submitted");
  queue.send(connected(1));
  for (const id of [1, 2]) {
    queue.send({ kind: "started", at: 1, ...ref(id, 1) });
    queue.send({ kind: "exit", code: 7, startedAt: 1, endedAt: 2, ...ref(id, 1) });
  }
  const failed = (id: number) =>
    ({ id, submission: 1, attempt: 1, status: "FAILED", reason: "exit code 7", of }) as const;
  return { queue, jobs: [failed(1), failed(2)] };
}

test("they keep their ids and get the next attempt; their submission is live again", () => {
  const { queue, jobs } = failedQueue();
  expect(queue.state.submissions.size).toBe(0);
  const effects = queue.send({ kind: "retry", jobs, ranks: [] });
  expect(effects).toMatchObject([{ kind: "start", worker: 1, key: { job: 1, attempt: 2 } }]);
  expect(queue.job(2)).toMatchObject({
    status: "PENDING",
    attempt: 2,
    losses: 0,
    restarts: 0,
    reason: "tried again after attempt 1 (exit code 7)",
  });
  expect(queue.state.submissions.get(1)?.live).toBe(2);
  queue.send({ kind: "started", at: 5, ...ref(1, 1, { attempt: 2 }) });
  queue.send({ kind: "exit", code: 0, startedAt: 5, endedAt: 6, ...ref(1, 1, { attempt: 2 }) });
  expect(queue.job(2)).toMatchObject({ status: "STARTING", attempt: 2 });
});

test("what is live again already stays as it is", () => {
  const { queue, jobs } = failedQueue();
  queue.send({ kind: "retry", jobs, ranks: [] });
  expect(react(queue.state, { kind: "retry", jobs, ranks: [] }, 0)).toEqual({ changes: [], effects: [] });
});

test("ranks that were cancelled before they began wait again, those that are live again already do not", () => {
  const queue = new Queue();
  queue.send(submit([rosterWorker(1)], 6));
  const of = queue.state.submissions.get(1);
  if (!of) throw new Error("nothing was submitted");
  queue.send({ kind: "cancel", select: { ids: [{ first: 2, last: 6 }] } });
  queue.send({ kind: "retry", jobs: [], ranks: [{ first: 4, last: 5, of }] });
  queue.send({ kind: "retry", jobs: [], ranks: [{ first: 2, last: 6, of }] });
  expect(queue.state.submissions.get(1)?.live).toBe(6);
  queue.send(connected(1));
  queue.send({ kind: "started", at: 1, ...ref(1, 1) });
  for (const id of [1, 2, 3, 4, 5, 6]) queue.send({ kind: "exit", code: 0, startedAt: 1, endedAt: 2, ...ref(id, 1) });
  expect(queue.state.submissions.size).toBe(0);
});

test("a word about the earlier attempt is stale", () => {
  const { queue, jobs } = failedQueue();
  queue.send({ kind: "retry", jobs, ranks: [] });
  const late = queue.send({ kind: "exit", code: 0, startedAt: 1, endedAt: 2, ...ref(1, 1) });
  expect(late.map(({ kind }) => kind)).toEqual(["stale", "acknowledge"]);
  expect(queue.job(1)).toMatchObject({ status: "STARTING", attempt: 2 });
});

test("why: each worker with what the scheduler has against it, and how many are ahead", () => {
  const queue = new Queue();
  const workers = [
    rosterWorker(1),
    rosterWorker(2, { state: "PREPARING", reason: "setup runs" }),
    rosterWorker(3),
    rosterWorker(4),
  ];
  queue.send(submit(workers, 4));
  queue.send(connected(1), connected(4));
  queue.send({ kind: "cordon", pool: IDENTITY, worker: 4, reason: "looked at by hand" });
  const [busy] = [...queue.state.jobs.keys()].filter((id) => queue.job(id)?.status === "STARTING");
  expect(why(queue.state, { id: 4, submission: 1 }, queue.now)).toMatchObject({
    target: 4,
    workers: [
      { id: 1, obstacle: "busy", detail: `job ${busy}` },
      { id: 2, obstacle: "not-ready", detail: "PREPARING: setup runs" },
      { id: 3, obstacle: "disconnected" },
      { id: 4, obstacle: "cordoned", detail: "looked at by hand" },
    ],
  });
  expect(why(queue.state, { id: 1, submission: 1 }, queue.now)).toBeUndefined();
  const gone = new Queue();
  gone.send(submit([rosterWorker(1)]));
  gone.send({ kind: "stack-read", pool: IDENTITY, trouble: "there is no such pool", gone: true });
  expect(why(gone.state, { id: 1, submission: 1 }, gone.now)).toMatchObject({ gone: "there is no such pool" });
});
