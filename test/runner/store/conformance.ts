/** What every store must do. An implementation calls this with how to open a new, empty one, and to open it again. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Job, PendingJob, StoredChange, Submission } from "../../../runner/core/index.ts";
import { rulesOf } from "../../../runner/core/index.ts";
import type { Store } from "../../../runner/store/index.ts";
import { IDENTITY, job, POINTER, roster, rosterWorker } from "../core/fixtures.ts";

export interface Opened {
  readonly store: Store;
  /** Closes it and opens it again, as after a restart. */
  readonly reopen: () => Promise<Store>;
}

const POOL: StoredChange = { kind: "pool", roster: roster([rosterWorker(1)]), pointer: POINTER };

function submission(first: number, last: number, part: Partial<Submission> = {}): Submission {
  const { resources } = job();
  return { first, last, pool: IDENTITY, name: "train", resources, rules: rulesOf(job()), submittedAt: 1_000, ...part };
}

function submitted(first: number, last: number, part: Partial<Submission> = {}): StoredChange {
  const spec = job({ run: "echo hi", secrets: { TOKEN: "s3cret" } });
  return { kind: "submitted", submission: submission(first, last, part), job: spec, user: "me" };
}

function assigned(id: number, last: number, { worker = 1, of = 1 } = {}): StoredChange {
  const starting: Job = { status: "STARTING", id, submission: of, attempt: 1, losses: 0, restarts: 0, worker };
  return { kind: "assigned", span: { first: id, last, submission: of }, job: starting };
}

const base = (id: number, of = 1) => ({ id, submission: of, attempt: 1, losses: 0, restarts: 0, worker: 1 });
const running = (id: number, of = 1): StoredChange => ({
  kind: "moved",
  expected: { status: "STARTING", attempt: 1 },
  job: { ...base(id, of), status: "RUNNING", startedAt: 2_000, orphan: false },
});
const succeeded = (id: number, of = 1): StoredChange => ({
  kind: "moved",
  expected: { status: "RUNNING", attempt: 1 },
  job: { ...base(id, of), status: "SUCCEEDED", startedAt: 2_000, endedAt: 3_000, exitCode: 0, reason: "" },
});

/** Eight jobs: one runs, one starts, six wait. */
const TWO_SUBMISSIONS: readonly StoredChange[] = [
  POOL,
  submitted(1, 5),
  submitted(6, 8, { name: "other" }),
  assigned(1, 5),
  assigned(2, 5),
  running(1),
];

export function storeConformance(name: string, open: () => Promise<Opened>): void {
  describe(`${name} is a store`, () => {
    let opened: Opened;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      return () => store[Symbol.asyncDispose]();
    });
    const reopen = async () => {
      store = await opened.reopen();
    };

    test("an empty one has a name of 8 hex digits, which it keeps", async () => {
      const { queue, ...rest } = await store.load();
      expect(queue).toMatch(/^[0-9a-f]{8}$/);
      expect(rest).toEqual({ nextId: 1, pools: [], submissions: [], spans: [], jobs: [], uncollected: [] });
      await reopen();
      expect((await store.load()).queue).toBe(queue);
    });

    test("each start of a controller gets a higher epoch", async () => {
      expect(await store.takeOver()).toBe(1);
      await reopen();
      expect(await store.takeOver()).toBe(2);
    });

    test("what is not over is there after a restart, and only that", async () => {
      const changes = [POOL, submitted(1, 4), assigned(1, 4), assigned(2, 4), running(1), running(2), succeeded(1)];
      expect(await store.commit(changes)).toEqual([]);
      await reopen();
      const { queue: _, ...rest } = await store.load();
      expect(rest).toEqual({
        nextId: 5,
        pools: [{ roster: roster([rosterWorker(1)]), pointer: POINTER }],
        submissions: [submission(1, 4)],
        spans: [{ first: 3, last: 4, submission: 1 }],
        jobs: [{ ...base(2), status: "RUNNING", startedAt: 2_000, orphan: false }],
        uncollected: [],
      });
    });

    test("what workers still hold of attempts that are over is kept until it is collected", async () => {
      const key = (attempt: number) => ({ submission: "0123abcd-1", job: 1, attempt });
      const left = (attempt: number, worker = 1): StoredChange => ({
        kind: "uncollected",
        pool: IDENTITY,
        worker,
        key: key(attempt),
      });
      await store.commit([POOL, submitted(1, 1), left(1), left(2, 2), left(2), left(2)]);
      await store.commit([{ kind: "collected", pool: IDENTITY, worker: 1, keys: [key(1), key(2), key(3)] }]);
      await reopen();
      expect((await store.load()).uncollected).toEqual([{ pool: IDENTITY, worker: 2, key: key(2) }]);
    });

    test("a submission that is over is not loaded", async () => {
      await store.commit([POOL, submitted(1, 1), assigned(1, 1), running(1), succeeded(1)]);
      expect(await store.load()).toMatchObject({ nextId: 2, submissions: [], spans: [], jobs: [] });
    });

    test("a change whose row is not as expected is dropped and named; the others are written", async () => {
      await store.commit([POOL, submitted(1, 3), assigned(1, 3)]);
      const stale = [
        assigned(1, 3),
        submitted(3, 9),
        succeeded(1),
        {
          kind: "moved",
          expected: { status: "STARTING", attempt: 2 },
          job: { ...base(1), status: "RECOVERING", reason: "" },
        },
        { kind: "span-cancelled", span: { first: 1, last: 3, submission: 1 }, cut: { first: 2, last: 2 }, at: 1 },
      ] as const satisfies readonly StoredChange[];
      expect(await store.commit([...stale, running(1)])).toEqual(stale);
      expect((await store.load()).jobs).toMatchObject([{ id: 1, status: "RUNNING" }]);
      expect(await store.counts([{ first: 1, last: 9 }])).toEqual(
        new Map([
          ["RUNNING", 1],
          ["PENDING", 2],
        ]),
      );
    });

    test("a job that was over once stays as it is", async () => {
      await store.commit([POOL, submitted(1, 1), assigned(1, 1), running(1), succeeded(1)]);
      expect(await store.commit([succeeded(1), running(1)])).toHaveLength(2);
    });

    test("a commit that fails leaves nothing behind", async () => {
      await store.commit([POOL, submitted(1, 2)]);
      const impossible = {
        ...succeeded(1),
        job: { ...base(1), status: "SUCCEEDED", startedAt: null, endedAt: 3, exitCode: 1, reason: "" },
      };
      await expect(store.commit([assigned(1, 2), running(1), impossible as StoredChange])).rejects.toThrow(
        "could not be used",
      );
      expect(await store.counts([{ first: 1, last: 2 }])).toEqual(new Map([["PENDING", 2]]));
    });

    test("jobs are counted in any range: of whole submissions, of parts, and past the last", async () => {
      const span = (first: number, last: number) => ({ first, last, submission: 4 });
      await store.commit([POOL, submitted(1, 2), submitted(3, 3), submitted(4, 9), submitted(10, 11)]);
      const [three, four] = [{ of: 3 }, { of: 4 }];
      await store.commit([assigned(1, 2), running(1), succeeded(1), assigned(3, 3, three), running(3, 3)]);
      await store.commit([assigned(4, 9, four), running(4, 4), succeeded(4, 4), assigned(5, 9, four), running(5, 4)]);
      await store.commit([assigned(6, 9, four)]);
      await store.commit([{ kind: "span-cancelled", span: span(7, 9), cut: { first: 8, last: 8 }, at: 1 }]);
      const rows = await store.page({ limit: 100 });
      expect(rows).toHaveLength(11);
      for (let first = 1; first <= 12; first++) {
        for (let last = first; last <= 12; last++) {
          const there = rows.filter(({ id }) => first <= id && id <= last).map(({ status }) => status);
          const expected = new Map(there.map((status) => [status, there.filter((one) => one === status).length]));
          expect(await store.counts([{ first, last }]), `${first}-${last}`).toEqual(expected);
        }
      }
    });

    test("a million ranks are one row: submitted, listed and cancelled at once", async () => {
      await store.commit([POOL, submitted(1, 1_000_000)]);
      const span = { first: 1, last: 1_000_000, submission: 1 };
      await store.commit([{ kind: "span-cancelled", span, cut: { first: 100_001, last: 200_000 }, at: 7 }]);
      expect((await store.load()).spans).toEqual([
        { first: 1, last: 100_000, submission: 1 },
        { first: 200_001, last: 1_000_000, submission: 1 },
      ]);
      expect(await store.counts([{ first: 1, last: 1_000_000 }])).toEqual(
        new Map([
          ["PENDING", 900_000],
          ["CANCELLED", 100_000],
        ]),
      );
      const rows = await store.page({ limit: 3, before: 200_002 });
      expect(rows.map(({ id, status, rank, endedAt }) => ({ id, status, rank, endedAt }))).toEqual([
        { id: 200_001, status: "PENDING", rank: 200_000, endedAt: undefined },
        { id: 200_000, status: "CANCELLED", rank: 199_999, endedAt: 7 },
        { id: 199_999, status: "CANCELLED", rank: 199_998, endedAt: 7 },
      ]);
    });

    test("pages go from the newest id down, without gap or repetition, with and without rows", async () => {
      await store.commit(TWO_SUBMISSIONS);
      const ids: number[] = [];
      for (let before: number | undefined; ; ) {
        const rows = await store.page({ limit: 3, ...(before === undefined ? {} : { before }) });
        ids.push(...rows.map((row) => row.id));
        before = rows.at(-1)?.id;
        if (before === undefined) break;
      }
      expect(ids).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    });

    test("pages are filtered by ids, name, pool and status", async () => {
      await store.commit(TWO_SUBMISSIONS);
      const ids = async (query: object) => (await store.page({ limit: 100, ...query })).map((row) => row.id);
      expect(
        await ids({
          ids: [
            { first: 2, last: 3 },
            { first: 7, last: 99 },
          ],
        }),
      ).toEqual([8, 7, 3, 2]);
      expect(await ids({ ids: [] })).toEqual([]);
      expect(await ids({ name: "other" })).toEqual([8, 7, 6]);
      expect(await ids({ pool: "gpu-pool", statuses: ["RUNNING", "STARTING"] })).toEqual([2, 1]);
      expect(await ids({ pool: "no-pool" })).toEqual([]);
      expect(await ids({ statuses: ["PENDING"], before: 5 })).toEqual([4, 3]);
    });

    test("an attempt that another one follows is kept, with how it ended", async () => {
      await store.commit([POOL, submitted(1, 2), assigned(1, 2), running(1)]);
      const past = { endedAt: 2_500, exitCode: 3 };
      const recovering: Job = { ...base(1), status: "RECOVERING", reason: "exit code 3; restart 1 of 2", past };
      await store.commit([{ kind: "moved", expected: { status: "RUNNING", attempt: 1 }, job: recovering }]);
      const kept = { attempt: 1, worker: 1, startedAt: 2_000, endedAt: 2_500, exitCode: 3, reason: recovering.reason };
      expect(await store.attempts(1)).toEqual([kept]);
      expect(await store.attempts(2)).toEqual([]);
      const stale: StoredChange = { kind: "moved", expected: { status: "STARTING", attempt: 9 }, job: recovering };
      expect(await store.commit([stale])).toEqual([stale]);
      await reopen();
      expect(await store.attempts(1)).toEqual([kept]);
    });

    test("a job that failed is live again once it is retried, and that only once", async () => {
      const failed: Job = {
        ...base(1),
        status: "FAILED",
        startedAt: 2_000,
        endedAt: 3_000,
        exitCode: 7,
        reason: "exit code 7",
      };
      await store.commit([POOL, submitted(1, 1), assigned(1, 1), running(1)]);
      await store.commit([{ kind: "moved", expected: { status: "RUNNING", attempt: 1 }, job: failed }]);
      expect(await store.submissions({ limit: 1 })).toMatchObject([{ byStatus: { FAILED: 1 } }]);
      const { worker: _, ...rest } = base(1);
      const pending: PendingJob = { ...rest, attempt: 2, status: "PENDING", reason: "tried again" };
      const retried: StoredChange = {
        kind: "retried",
        submission: submission(1, 1),
        expected: { status: "FAILED", attempt: 1 },
        job: pending,
      };
      expect(await store.commit([retried])).toEqual([]);
      expect(await store.commit([retried])).toEqual([retried]);
      expect(await store.attempts(1)).toEqual([
        { attempt: 1, worker: 1, startedAt: 2_000, endedAt: 3_000, exitCode: 7, reason: "exit code 7" },
      ]);
      expect(await store.load()).toMatchObject({ submissions: [{ first: 1 }], jobs: [pending] });
      const [folded] = await store.submissions({ limit: 1 });
      expect(folded).toMatchObject({ byStatus: { PENDING: 1 }, waiting: 1 });
      expect(folded).not.toHaveProperty("endedAt");
    });

    test("ranks that were cancelled before they began wait again; what is left of their span stays as it was", async () => {
      await store.commit([POOL, submitted(1, 9)]);
      const span = { first: 1, last: 9, submission: 1 };
      await store.commit([{ kind: "span-cancelled", span, cut: span, at: 4_000, reason: "wrong data" }]);
      const again = (first: number, last: number): StoredChange => ({
        kind: "span-retried",
        submission: submission(1, 9),
        cut: { first, last },
      });
      expect(await store.commit([again(4, 5)])).toEqual([]);
      expect(await store.commit([again(5, 6)])).toEqual([again(5, 6)]);
      expect(await store.load()).toMatchObject({ submissions: [{ first: 1 }], spans: [{ first: 4, last: 5 }] });
      const rows = await store.page({ limit: 100, statuses: ["CANCELLED"] });
      expect(rows.map(({ id }) => id)).toEqual([9, 8, 7, 6, 3, 2, 1]);
      expect(new Set(rows.map(({ endedAt, reason }) => `${endedAt} ${reason}`))).toEqual(new Set(["4000 wrong data"]));
      expect(await store.commit([again(1, 3), again(6, 9)])).toEqual([]);
      expect(await store.submissions({ limit: 1 })).toMatchObject([{ byStatus: { PENDING: 9 } }]);
      expect(await store.commit([again(1, 9)])).toEqual([again(1, 9)]);
    });

    test("ranks that were cancelled one after the other wait once more together", async () => {
      await store.commit([POOL, submitted(1, 9)]);
      const cancel = (first: number, last: number): StoredChange => ({
        kind: "span-cancelled",
        span: { first, last: 9, submission: 1 },
        cut: { first, last },
        at: 4_000,
      });
      await store.commit([cancel(1, 2), cancel(3, 3), cancel(4, 6)]);
      expect(await store.cancelledRanks({})).toEqual([{ first: 1, last: 6, submission: 1 }]);
      const some = [
        { first: 5, last: 9 },
        { first: 2, last: 2 },
      ];
      expect(await store.cancelledRanks({ ids: some })).toEqual([
        { first: 2, last: 2, submission: 1 },
        { first: 5, last: 6, submission: 1 },
      ]);
      expect(await store.cancelledRanks({ name: "nobody's" })).toEqual([]);
      expect(await store.page({ limit: 9, statuses: ["CANCELLED"], handedOut: true })).toEqual([]);
      const again: StoredChange = { kind: "span-retried", submission: submission(1, 9), cut: { first: 2, last: 5 } };
      expect(await store.commit([again])).toEqual([]);
      const rows = await store.page({ limit: 100, statuses: ["CANCELLED"] });
      expect(rows.map(({ id }) => id)).toEqual([6, 1]);
      expect((await store.load()).spans.map(({ first, last }) => [first, last])).toEqual([
        [2, 5],
        [7, 9],
      ]);
    });

    test("pages reach back to a time", async () => {
      await store.commit([POOL, submitted(1, 5), submitted(6, 8, { submittedAt: 2_000 }), assigned(1, 5)]);
      const ids = async (since: number) => (await store.page({ limit: 100, since })).map((row) => row.id);
      expect(await ids(1_001)).toEqual([8, 7, 6]);
      expect(await ids(1_000)).toHaveLength(8);
      expect(await ids(2_001)).toEqual([]);
      const folded = async (since: number) =>
        (await store.submissions({ limit: 100, since })).map((one) => one.ids.first);
      expect([await folded(1_000), await folded(1_001), await folded(2_001)]).toEqual([[6, 1], [6], []]);
    });

    test("submissions are told with their ranks counted, newest first, and by name, pool and whether they are over", async () => {
      await store.commit([POOL, submitted(1, 5), submitted(6, 6, { name: "other" }), submitted(7, 9)]);
      await store.commit([assigned(1, 5), assigned(2, 5), running(1), running(2), succeeded(1)]);
      const span = { first: 7, last: 9, submission: 7 };
      await store.commit([{ kind: "span-cancelled", span, cut: span, at: 4_000 }]);
      const one = { name: "train", pool: "gpu-pool", submittedAt: 1_000 };
      const [cancelled, pending, mixed] = [
        { ...one, ids: { first: 7, last: 9 }, byStatus: { CANCELLED: 3 }, endedAt: 4_000 },
        { ...one, name: "other", ids: { first: 6, last: 6 }, byStatus: { PENDING: 1 }, waiting: 6 },
        {
          ...one,
          ids: { first: 1, last: 5 },
          byStatus: { SUCCEEDED: 1, RUNNING: 1, PENDING: 3 },
          startedAt: 2_000,
          waiting: 3,
        },
      ];
      expect(await store.submissions({ limit: 10 })).toEqual([cancelled, pending, mixed]);
      expect(await store.submissions({ limit: 1, before: 7 })).toEqual([pending]);
      expect(await store.submissions({ limit: 10, name: "train" })).toEqual([cancelled, mixed]);
      expect(await store.submissions({ limit: 10, unfinished: true })).toEqual([pending, mixed]);
      expect(await store.submissions({ limit: 10, pool: "no-pool" })).toEqual([]);
    });

    test("script and secrets come back for the worker", async () => {
      await store.commit([POOL, submitted(1, 2)]);
      expect(await store.payload(1)).toEqual({
        submission: submission(1, 2),
        job: job({ run: "echo hi", secrets: { TOKEN: "s3cret" } }),
        user: "me",
      });
      expect(await store.payload(2)).toBeUndefined();
    });
  });
}
