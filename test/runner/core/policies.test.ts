import { expect, test } from "vitest";
import { CONSEQUENCES, consequenceOf } from "../../../runner/core/answers.ts";
import { evolve, explain, load, react, wantedWorkers } from "../../../runner/core/index.ts";
import { anotherTry, DEFAULT_RULES, rulesOf, silenceLimit } from "../../../runner/core/rules.ts";
import type { JobRecovery, OnDisconnect } from "../../../spec/index.ts";
import { connected, IDENTITY, job, POINTER, Queue, ref, roster, rosterWorker, submit } from "./fixtures.ts";

const POLICIES: readonly OnDisconnect[] = ["wait", "lease", "eager"];
const down = (worker: number) =>
  ({ kind: "disconnected", pool: IDENTITY, worker, reason: "reset", permanent: false }) as const;
const tick = { kind: "tick" } as const;

/** One job on worker 1, RUNNING, and a free worker 2. */
function running(recovery: JobRecovery, part = {}): Queue {
  const queue = new Queue();
  const resources = { ordered: false, anyOf: [{ jobRecovery: recovery }] };
  queue.send(submit([rosterWorker(1), rosterWorker(2)], 1, { resources, ...part }), connected(1));
  queue.send({ kind: "started", ...ref(1, 1), at: 5 }, connected(2));
  return queue;
}

function after(queue: Queue, ms: number) {
  queue.now += ms;
  return queue.send(tick);
}

test("every answer has one consequence for each belief and policy", () => {
  const table = (["STARTING", "RUNNING", "CANCELLING"] as const).map((believed) => {
    const answers = Object.keys(CONSEQUENCES[believed]) as (keyof (typeof CONSEQUENCES)[typeof believed])[];
    const cells = answers.map((answer) => {
      const by = new Set(POLICIES.map((policy) => consequenceOf(believed, answer, policy)));
      return `${answer}: ${by.size === 1 ? [...by].join("") : POLICIES.map((one) => consequenceOf(believed, answer, one)).join("/")}`;
    });
    return `${believed}  ${cells.join(", ")}`;
  });
  expect(table).toEqual([
    "STARTING  never: start-again, running: begin, done: finish, void: cancel, orphan: orphan, lost: lose, silent: wait/lose/lose, gone: lose",
    "RUNNING  never: lose, running: wait, done: finish, void: lose, orphan: orphan, lost: lose, silent: wait/lose/lose, gone: lose",
    "CANCELLING  never: wait, running: wait, done: finish, void: cancel, orphan: wait, lost: cancel, silent: wait/cancel/wait, gone: cancel",
  ]);
});

test("wait: a job stays with its worker, however long that is away", () => {
  const queue = running({});
  queue.send(down(1));
  expect(after(queue, 30 * 86_400_000)).toEqual([]);
  expect(queue.job(1)).toMatchObject({ status: "RUNNING", worker: 1, attempt: 1 });
  expect(explain(queue.state, 1, 1, queue.now)).toBe(
    "worker 1 has been unreachable for 720 h; whether the job still runs is not known, and no other worker gets it until this one answers or has left the pool (`lido doctor` says what to do)",
  );
});

test("lease: it runs elsewhere once its worker has ended it, and not a second earlier", () => {
  const queue = running({ onDisconnect: "lease", leaseSeconds: 30 });
  queue.send(down(1));
  expect(after(queue, 20_000)).toEqual([]);
  expect(explain(queue.state, 1, 1, queue.now)).toBe(
    "worker 1 has been unreachable for 20 s; unless it answers within 15 s the job runs elsewhere, ended there by its lease of 30 s",
  );
  expect(after(queue, 14_999)).toEqual([]);
  expect(after(queue, 1)).toMatchObject([{ kind: "start", worker: 2, key: { job: 1, attempt: 2 } }]);
  expect(queue.job(1)).toMatchObject({ status: "STARTING", worker: 2, attempt: 2, losses: 1, restarts: 0 });
});

test("lease: the silence begins anew with every connection", () => {
  const queue = running({ onDisconnect: "lease", leaseSeconds: 30 });
  queue.send(down(1));
  after(queue, 30_000);
  queue.send(connected(1, {}, 2), down(1));
  expect(after(queue, 30_000)).toEqual([]);
  expect(queue.job(1)).toMatchObject({ status: "RUNNING", worker: 1 });
});

test("eager: it runs elsewhere soon, and the first attempt is ended when its worker is back", () => {
  const queue = running({ onDisconnect: "eager" });
  queue.send(down(1));
  expect(after(queue, 2_000)).toEqual([]);
  expect(explain(queue.state, 1, 1, queue.now)).toBe(
    "worker 1 has been unreachable for 2 s; unless it answers within 3 s the job runs elsewhere",
  );
  expect(after(queue, 2_999)).toEqual([]);
  expect(after(queue, 1)).toMatchObject([{ kind: "start", worker: 2, key: { attempt: 2 } }]);
  const back = queue.send(connected(1, { running: [ref(1, 1).key] }, 2));
  expect(back).toMatchObject([{ kind: "cancel", worker: 1, key: { job: 1, attempt: 1 } }]);
});

test("an attempt that was given up and is over when its worker is back is asked after, so that it is forgotten there", () => {
  const queue = running({ onDisconnect: "eager" });
  queue.send(down(1));
  after(queue, 6_000);
  const query = { kind: "query", worker: 1, key: { job: 1, attempt: 1 } };
  expect(queue.send(connected(1, {}, 2))).toMatchObject([query]);
  queue.send(down(1));
  expect(queue.send(connected(1, {}, 3))).toMatchObject([query]);
  const lost = { kind: "lost", why: "killed" } as const;
  const effects = queue.send({ kind: "answer", believed: "RUNNING", ...ref(1, 1), status: lost });
  expect(effects).toMatchObject([{ kind: "acknowledge", worker: 1, key: { job: 1, attempt: 1 } }]);
  expect(queue.job(1)).toMatchObject({ status: "STARTING", worker: 2, attempt: 2 });
  const { key } = ref(1, 1);
  queue.send({ kind: "collected", pool: IDENTITY, worker: 1, keys: [key] }, down(1));
  expect(queue.send(connected(1, {}, 4))).toEqual([]);
});

test("a controller that begins connects to collect what is left, also where no job is; what a gone worker had is given up", () => {
  const key = { submission: "0000abcd-1", job: 1, attempt: 1 };
  const left = (worker: number) => ({ pool: IDENTITY, worker, key });
  const pools = [{ roster: roster([rosterWorker(1)]), pointer: POINTER }];
  const nothing = { queue: "0000abcd", nextId: 2, submissions: [], spans: [], jobs: [] };
  const state = load({ ...nothing, pools, uncollected: [left(1), left(2)] }, 0);
  const { changes } = react(state, { kind: "loaded" }, 0);
  expect(changes).toEqual([{ kind: "collected", pool: IDENTITY, worker: 2, keys: [key] }]);
  for (const change of changes) evolve(state, change);
  expect(wantedWorkers(state, 0)).toMatchObject([{ worker: 1 }]);
  evolve(state, { kind: "collected", ...left(1), keys: [key] });
  expect(wantedWorkers(state, 0)).toEqual([]);
});

test.each<[OnDisconnect, object]>([
  ["wait", { status: "CANCELLING" }],
  // Only a lease that ran out proves that nothing of it is left.
  ["lease", { kind: "ended", job: { status: "CANCELLED" } }],
  ["eager", { status: "CANCELLING" }],
])("a cancelled job without its worker, %s", (onDisconnect, expected) => {
  const queue = running({ onDisconnect });
  queue.send({ kind: "cancel", select: { all: true } }, down(1));
  const [ended] = after(queue, 70_000);
  expect(queue.job(1) ?? ended).toMatchObject(expected);
});

test.each<[OnDisconnect, string]>([
  ["wait", "the job is ended when it answers, and over when it has left the pool"],
  ["lease", "the job is ended when it answers, or by its lease, in 55 s at the latest"],
  ["eager", "the job is ended when it answers, and over when it has left the pool"],
])("what is said of a cancelled job without its worker, %s", (onDisconnect, expected) => {
  const queue = running({ onDisconnect });
  queue.send({ kind: "cancel", select: { all: true } }, down(1));
  after(queue, 10_000);
  expect(explain(queue.state, 1, 1, queue.now)).toBe(`worker 1 has been unreachable for 10 s; ${expected}`);
});

test("of a worker that nobody tried yet nothing is said but that", () => {
  const queue = running({});
  queue.send({ ...down(1), reason: "" });
  after(queue, 60_000);
  expect(explain(queue.state, 1, 1, queue.now)).toBe("worker 1 is being connected, and asked what became of the job");
});

test("a failure restarts as the job says, and is counted apart from losses", () => {
  const queue = running({ maxRestartsOnErrors: 1, recoverOnExitCodes: [29] });
  const exit = (code: number, attempt: number, worker: number) =>
    queue.send({ kind: "exit", ...ref(1, worker, { attempt }), code, startedAt: 5, endedAt: 9 });
  exit(29, 1, 1);
  // Both are free, so the first one has it again.
  expect(queue.job(1)).toMatchObject({ status: "STARTING", attempt: 2, restarts: 0, worker: 1 });
  exit(29, 2, 1);
  exit(3, 3, 1);
  expect(queue.job(1)).toMatchObject({ status: "STARTING", attempt: 4, restarts: 1 });
  const effects = exit(3, 4, 1);
  expect(effects).toContainEqual(
    expect.objectContaining({ kind: "ended", job: expect.objectContaining({ status: "FAILED", exitCode: 3 }) }),
  );
});

test("a job that waits for another try says why", () => {
  const queue = running({ maxRestartsOnErrors: 2 });
  queue.step({ kind: "exit", ...ref(1, 1), code: 7, startedAt: 5, endedAt: 9 });
  expect(queue.job(1)).toMatchObject({ status: "RECOVERING", reason: "exit code 7; restart 1 of 2" });
});

test("a rank that loses its worker three times in a row fails; a failure in between begins a new count", () => {
  const queue = running({ maxRestartsOnErrors: 1 });
  const lost = (attempt: number, worker: number) =>
    queue.send({
      kind: "answer",
      believed: "STARTING",
      ...ref(1, worker, { attempt }),
      status: { kind: "lost", why: "reboot" },
    });
  queue.send({ kind: "answer", believed: "RUNNING", ...ref(1, 1), status: { kind: "lost", why: "reboot" } });
  lost(2, 1);
  expect(queue.job(1)).toMatchObject({ attempt: 3, losses: 2 });
  queue.send({ kind: "exit", ...ref(1, 1, { attempt: 3 }), code: 1, startedAt: 5, endedAt: 9 });
  expect(queue.job(1)).toMatchObject({ attempt: 4, losses: 0, restarts: 1 });
  lost(4, 1);
  lost(5, 1);
  const effects = lost(6, 1);
  expect(effects).toContainEqual(
    expect.objectContaining({
      kind: "ended",
      job: expect.objectContaining({
        status: "FAILED",
        reason: "it lost its worker 3 times in a row; the last time: worker 1 was rebooted",
      }),
    }),
  );
});

test("a job that ran into its timeout says so; one that ends with 124 by itself does not", () => {
  const ended = (how: { readonly timedOut?: true }) => {
    const queue = running({}, { timeoutSeconds: 60 });
    return queue.send({ kind: "exit", ...ref(1, 1), code: 124, startedAt: 0, endedAt: 60_100, ...how });
  };
  const reason = (text: string) => [
    { kind: "ended", job: { status: "FAILED", reason: text } },
    { kind: "acknowledge" },
  ];
  expect(ended({ timedOut: true })).toMatchObject(reason("it ran longer than its timeout of 60 s"));
  expect(ended({})).toMatchObject(reason("exit code 124"));
});

test("a cancel gives the time that the job asks for, and is sent again only after that", () => {
  const queue = running({}, { cancelGraceSeconds: 90 });
  const cancel = { kind: "cancel", key: { job: 1 }, graceSeconds: 90 };
  expect(queue.send({ kind: "cancel", select: { all: true } })).toMatchObject([cancel]);
  expect(after(queue, 94_000)).toEqual([]);
  expect(after(queue, 2_000)).toMatchObject([cancel]);
});

test("what a job does not say, the defaults say", () => {
  expect(rulesOf(job())).toEqual(DEFAULT_RULES);
  expect(POLICIES.map((onDisconnect) => silenceLimit({ ...DEFAULT_RULES, onDisconnect }))).toEqual([
    Number.POSITIVE_INFINITY,
    65_000,
    5_000,
  ]);
  expect(anotherTry({ ...DEFAULT_RULES, restartCodes: [29] }, 1, 0)).toBe("no");
});
