import { pino } from "pino";
import { expect, test } from "vitest";
import { Engine, type Turn } from "../../../runner/controller/engine.ts";
import { openSqliteStore, type Store, StoreError } from "../../../runner/store/index.ts";
import { eventually } from "../../support/eventually.ts";
import { connected, IDENTITY, ref, rosterWorker, submit } from "../core/fixtures.ts";

interface Rig extends AsyncDisposable {
  readonly engine: Engine;
  readonly store: Store;
  readonly turns: Turn[];
  /** Sizes of the commits that were asked for. */
  readonly commits: number[];
  readonly reloads: () => number;
  fail: StoreError | undefined;
}

async function rig(): Promise<Rig> {
  const real = openSqliteStore(":memory:");
  const turns: Turn[] = [];
  const commits: number[] = [];
  let reloads = 0;
  const store: Store = {
    ...real,
    commit: async (changes) => {
      if (self.fail) throw self.fail;
      commits.push(changes.length);
      return await real.commit(changes);
    },
  };
  const engine = await Engine.open({
    store,
    log: pino({ level: "silent" }),
    clock: () => 1_000_000,
    onTurn: (turn) => turns.push(turn),
    onReload: () => (reloads += 1),
    onFatal: (error) => {
      throw error;
    },
  });
  const close = async () => {
    await engine.stop();
    await real[Symbol.asyncDispose]();
  };
  const self: Rig = {
    engine,
    store: real,
    turns,
    commits,
    reloads: () => reloads,
    fail: undefined,
    [Symbol.asyncDispose]: close,
  };
  return self;
}

/** The first attempt of job 1 on worker 1, in this very queue. */
function here({ engine }: Rig) {
  const { key, ...rest } = ref(1, 1);
  return { ...rest, key: { ...key, submission: `${engine.state.queue}-1` } };
}

const workers = [rosterWorker(1), rosterWorker(2)];

test("all that came in during one turn of the event loop is one commit, and effects come after it", async () => {
  await using it = await rig();
  await Promise.all([it.engine.send(submit(workers, 5)), it.engine.send(connected(1)), it.engine.send(connected(2))]);
  expect(it.commits).toEqual([4]);
  expect(it.turns.map(({ effects }) => effects.map((effect) => effect.kind))).toEqual([["start", "start"]]);
  expect((await it.store.load()).jobs).toHaveLength(2);
});

test("however many workers are free, callers are heard between the turns in which they get their ranks", async () => {
  await using it = await rig();
  const many = Array.from({ length: 300 }, (_, index) => rosterWorker(index + 1));
  await it.engine.send(submit(many, 1));
  await Promise.all(many.map(({ id }) => it.engine.send(connected(id))));
  const before = it.turns.length;
  await it.engine.send(submit(many, 299));
  expect(it.engine.state.jobs.size).toBeLessThan(300);
  await eventually(() => it.engine.state.jobs.size === 300, "all ranks are handed out");
  const starts = it.turns.slice(before).map(({ effects }) => effects.filter(({ kind }) => kind === "start").length);
  expect(starts).toEqual([128, 128, 43]);
  expect(new Set((await it.store.load()).jobs.map((job) => "worker" in job && job.worker)).size).toBe(300);
});

test("what changes nothing in the store is no commit", async () => {
  await using it = await rig();
  await it.engine.send(submit(workers, 1));
  await it.engine.send({ kind: "disconnected", pool: IDENTITY, worker: 1, reason: "", permanent: false });
  expect(it.commits).toEqual([2]);
});

test("a refused submission changes nothing", async () => {
  await using it = await rig();
  await expect(it.engine.send(submit(workers, 0))).rejects.toThrow("--num-jobs");
  expect(it.commits).toEqual([]);
});

test("while the disk is full nothing is started and nothing is forgotten; it goes on by itself", async () => {
  await using it = await rig();
  await it.engine.send(submit(workers, 2));
  await it.engine.send(connected(1));
  const turnsBefore = it.turns.length;
  it.fail = new StoreError("The disk is full.", { passing: true });
  const ended = it.engine.send({ kind: "exit", ...here(it), code: 0, startedAt: 1, endedAt: 2 });
  await eventually(() => it.engine.trouble === "The disk is full.", "the trouble is told");
  await expect(it.engine.send(submit(workers, 1))).rejects.toThrow("The disk is full.");
  expect(it.turns).toHaveLength(turnsBefore);
  it.fail = undefined;
  await ended;
  expect(it.engine.trouble).toBe("");
  expect((await it.store.load()).jobs.map(({ id, status }) => [id, status])).toEqual([[2, "STARTING"]]);
});

test("a command that meets a full disk is answered at once, and is done when there is room", async () => {
  await using it = await rig();
  it.fail = new StoreError("The disk is full.", { passing: true });
  await expect(it.engine.send(submit(workers, 2))).rejects.toThrow(
    /^The disk is full\.\n.* is done once there is room\./,
  );
  it.fail = undefined;
  await eventually(() => it.engine.trouble === "", "it goes on");
  expect((await it.store.load()).spans.map(({ first, last }) => [first, last])).toEqual([[1, 2]]);
});

test("a stale row means that the memory is wrong: no effect of that turn, everything is read again", async () => {
  await using it = await rig();
  await it.engine.send(submit(workers, 2));
  await it.engine.send(connected(1));
  // Somebody else says that job 1 has ended.
  await it.store.commit([
    {
      kind: "moved",
      expected: { status: "STARTING", attempt: 1 },
      job: {
        id: 1,
        submission: 1,
        attempt: 1,
        losses: 0,
        restarts: 0,
        status: "CANCELLED",
        worker: 1,
        startedAt: null,
        endedAt: 5,
        exitCode: null,
        reason: "",
      },
    },
  ]);
  const turnsBefore = it.turns.length;
  const exit = it.engine.send({ kind: "exit", ...here(it), code: 0, startedAt: 1, endedAt: 2 });
  // Nobody is told that it was done.
  await expect(exit).rejects.toThrow(/not all of this was done/);
  expect(it.reloads()).toBe(1);
  expect(it.turns.slice(turnsBefore).flatMap((turn) => turn.effects)).toEqual([]);
  expect([...it.engine.state.jobs.values()].map(({ id, status }) => [id, status])).toEqual([[2, "STARTING"]]);
});
