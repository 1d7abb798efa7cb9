import { expect, test } from "vitest";
import { isSetByLido } from "../../../runner/core/environment.ts";
import { environmentOf, rulesOf } from "../../../runner/core/index.ts";
import { capacity, connected, job, Queue, ref, roster, rosterWorker, submit } from "./fixtures.ts";

const one = [rosterWorker(1)];

test("a million ranks are one step, and their ids are contiguous", () => {
  const queue = new Queue();
  queue.send(submit(one, 3));
  const { changes } = queue.step(submit(one, 1_000_000));
  expect(changes).toMatchObject([{ kind: "submitted", submission: { first: 4, last: 1_000_003 } }]);
  expect(queue.state.jobs.size).toBe(0);
});

test.each([0, -1, 1.5, 10_000_001, Number.NaN])("--num-jobs %d is refused", (numJobs) => {
  expect(() => new Queue().send(submit(one, numJobs))).toThrow(
    `--num-jobs must be a whole number from 1 to 10000000, not ${numJobs}.`,
  );
});

test("what no worker can ever have is refused with what the largest has", () => {
  const workers = [rosterWorker(1), rosterWorker(2, { capacity: capacity({ cpus: 8, accelerators: { H100: 1 } }) })];
  const wants = (resources: object) => submit(workers, 1, { resources: { ordered: false, anyOf: [resources] } });
  expect(() => new Queue().send(wants({ cpus: { value: 10, orMore: false } }))).toThrow(
    "No worker of pool gpu-pool can run this job: it asks for 10 cpus, and the largest worker (gpu-pool-2) has 8 cpus, 16 GB, 1 H100. Ask for less under resources:, or use a pool of larger workers.",
  );
  const queue = new Queue();
  queue.send(wants({ accelerator: { name: "h100", count: 1 } }), connected(1));
  expect(queue.send(connected(2))).toMatchObject([{ kind: "start", worker: 2 }]);
});

test("an open or impossible variable is refused by name", () => {
  expect(() => new Queue().send(submit(one, 1, { envs: { A: null }, secrets: { B: null, C: "x" } }))).toThrow(
    "The job leaves A, B without a value. Give it on the command line: --env A=VALUE, or --secret A=VALUE.",
  );
  expect(() => new Queue().send(submit(one, 1, { envs: { "A-B": "" } }))).toThrow("`A-B` cannot be the name");
});

test("cancel: what waits is cancelled by cutting its range, what runs through its worker", () => {
  const queue = new Queue();
  queue.send(submit(one, 100_000), connected(1), { kind: "started", ...ref(1, 1), at: 1 });
  const { changes, effects, cancelled } = queue.step({ kind: "cancel", select: { ids: [{ first: 1, last: 50_000 }] } });
  expect(changes).toMatchObject([
    { kind: "span-cancelled", cut: { first: 2, last: 50_000 } },
    { kind: "moved", job: { id: 1, status: "CANCELLING" } },
  ]);
  expect(effects).toEqual([{ kind: "cancel", ...ref(1, 1), graceSeconds: 10 }]);
  expect(cancelled).toEqual({ cancelled: [{ first: 1, last: 50_000 }], alreadyOver: [], missing: [] });
});

test("cancel of several pieces of one range, of what is over, and of what never was", () => {
  const queue = new Queue();
  queue.send(submit(one, 10));
  queue.send({ kind: "cancel", select: { ids: [{ first: 4, last: 4 }] } });
  const ids = [
    { first: 9, last: 12 },
    { first: 2, last: 5 },
  ];
  expect(queue.step({ kind: "cancel", select: { ids } }).cancelled).toEqual({
    cancelled: [
      { first: 2, last: 3 },
      { first: 5, last: 5 },
      { first: 9, last: 10 },
    ],
    alreadyOver: [{ first: 4, last: 4 }],
    missing: [{ first: 11, last: 12 }],
  });
  expect(
    queue.state.pools
      .values()
      .next()
      .value?.spans.map(({ first, last }) => [first, last]),
  ).toEqual([
    [1, 1],
    [6, 8],
  ]);
});

test("cancel by name, pool and all", () => {
  const queue = new Queue();
  queue.send(submit(one, 2, { name: "a" }), submit(one, 2, { name: "b" }));
  const cancel = (select: object) => queue.step({ kind: "cancel", select }).cancelled?.cancelled;
  expect(cancel({})).toEqual([]);
  expect(cancel({ pool: "other" })).toEqual([]);
  expect(cancel({ name: "a" })).toEqual([{ first: 1, last: 2 }]);
  expect(cancel({ all: true })).toEqual([{ first: 3, last: 4 }]);
  expect(queue.state.submissions.size).toBe(0);
});

test("a job finds SkyPilot's variables, and the same as LIDO_", () => {
  const submission = {
    first: 11,
    last: 20,
    pool: "p",
    name: "train",
    resources: job().resources,
    rules: rulesOf(job()),
    submittedAt: Date.UTC(2026, 4, 20, 20, 53, 47, 123),
  };
  const place = { roster: roster([rosterWorker(1, { capacity: capacity({ accelerators: { H100: 8 } }) })]), worker: 1 };
  const payload = { job: job({ envs: { A: "1" }, secrets: { B: "2" } }), submission, user: "ada" };
  const { env, perJob } = environmentOf(payload, place);
  expect(Object.keys({ ...env, ...perJob }).filter((name) => !isSetByLido(name))).toEqual([
    "PYTHONUNBUFFERED",
    "A",
    "B",
  ]);
  const bothNames = (values: object) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => [
        [`SKYPILOT_${name}`, value],
        [`LIDO_${name}`, value],
      ]),
    );
  expect(env).toEqual({
    PYTHONUNBUFFERED: "1",
    A: "1",
    B: "2",
    ...bothNames({
      NUM_JOBS: "10",
      NUM_NODES: "1",
      NODE_RANK: "0",
      USER: "ada",
      NODE_IPS: "127.0.0.1",
      NUM_GPUS_PER_NODE: "8",
      CLUSTER_INFO: '{"cluster_name":"gpu-pool","cloud":"local"}',
    }),
  });
  expect(perJob).toEqual(
    bothNames({
      JOB_RANK: { minus: 11 },
      TASK_ID: { before: "sky-managed-2026-05-20-20-53-47-123000_train_", after: "-0" },
      MANAGED_JOB_ID: {},
    }),
  );
});
