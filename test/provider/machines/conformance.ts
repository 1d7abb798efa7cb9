/** What every source of machines keeps to, whatever its machines are. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Machines, Marker } from "../../../provider/machines/machines.ts";
import { connectWorker } from "../../../worker/index.ts";

export interface Ground {
  /** A source for the pool of that name; each call is another process's view of the same machines. */
  source(pool: string): Machines;
  readonly privateKey: string;
  /** How many machines there may be at most; undefined for any number. */
  readonly most: number | undefined;
  /** What is left of any pool, as names for people. */
  leftovers(): Promise<readonly string[]>;
  /** Makes a machine's beginning as a process leaves it that was killed while it made `marker`. */
  cutCreate(marker: Marker): Promise<void>;
  /** The same for its end. */
  cutTerminate(marker: Marker): Promise<void>;
}

const { signal } = new AbortController();

export function marker(id: number, pool = "p"): Marker {
  return { identity: `organization/test/dev/${pool}`, id, name: `${pool}-${id}`, generation: 1, fingerprint: "f1" };
}

async function ids(machines: Machines): Promise<number[]> {
  return (await machines.list()).map((machine) => machine.marker.id);
}

async function expectAnswers(machines: Machines, id: number, privateKey: string): Promise<void> {
  const endpoint = (await machines.list()).find((machine) => machine.marker.id === id)?.endpoint;
  if (endpoint === undefined) throw new Error(`machine ${id} has no address`);
  await using worker = await connectWorker(endpoint, { privateKey });
  expect(await worker.running()).toEqual([]);
}

export function machinesConformance(name: string, open: () => Ground): void {
  describe(`${name}: what every source keeps to`, () => {
    let ground: Ground;
    beforeEach(() => {
      ground = open();
    });

    test("a machine is made, listed with its marker, answers, and goes without a trace", async () => {
      const machines = ground.source("p");
      await using _lock = await machines.lock(signal);
      await machines.create(marker(1), signal);
      const [machine, ...more] = await ground.source("p").list();
      expect(more).toEqual([]);
      expect(machine?.marker).toEqual(marker(1));
      expect(machine?.hourlyCost).toBe(0);
      expect(machine?.capacity.cpus).toBeGreaterThan(0);
      expect(machine?.endpoint?.name).toBe("p-1");
      await expectAnswers(machines, 1, ground.privateKey);
      await machines.terminate(1);
      expect(await ids(machines)).toEqual([]);
      expect(await ids(ground.source("p"))).toEqual([]);
      await machines.cleanUp();
      expect(await ground.leftovers()).toEqual([]);
    });

    test("create, restart and terminate can be done again", async () => {
      const machines = ground.source("p");
      await using _lock = await machines.lock(signal);
      await machines.create(marker(1), signal);
      const [before] = await machines.list();
      await machines.create(marker(1), signal);
      expect(await machines.list()).toEqual([before]);
      await machines.restart(1, signal);
      await expectAnswers(machines, 1, ground.privateKey);
      await machines.terminate(1);
      await machines.terminate(1);
      await machines.terminate(7);
      expect(await ground.source("p").list()).toEqual([]);
      await machines.cleanUp();
      await machines.cleanUp();
    });

    test("two made at once are two", async () => {
      const machines = ground.source("p");
      await using _lock = await machines.lock(signal);
      await Promise.all([machines.create(marker(1), signal), machines.create(marker(2), signal)]);
      expect(await ids(ground.source("p"))).toEqual([1, 2]);
      const addresses = (await machines.list()).map(({ endpoint }) => `${endpoint?.host}:${endpoint?.port}`);
      expect(new Set(addresses).size).toBe(2);
      await Promise.all([machines.terminate(1), machines.terminate(2)]);
      expect(await ids(machines)).toEqual([]);
      await machines.cleanUp();
    });

    test("what a killed process began to make is listed, and a restart or another create finishes it", async () => {
      for (const finish of ["restart", "create"] as const) {
        await ground.cutCreate(marker(1));
        const machines = ground.source("p");
        await using _lock = await machines.lock(signal);
        expect(await ids(machines)).toEqual([1]);
        await (finish === "restart" ? machines.restart(1, signal) : machines.create(marker(1), signal));
        await expectAnswers(machines, 1, ground.privateKey);
        await machines.terminate(1);
        await machines.cleanUp();
        expect(await ground.leftovers()).toEqual([]);
      }
    });

    test("what a killed process began to end is listed, and another terminate finishes it", async () => {
      await ground.cutTerminate(marker(1));
      const machines = ground.source("p");
      await using _lock = await machines.lock(signal);
      expect(await ids(machines)).toEqual([1]);
      await machines.terminate(1);
      expect(await ids(machines)).toEqual([]);
      await machines.cleanUp();
      expect(await ground.leftovers()).toEqual([]);
    });

    test("pools do not see each other's machines, and end none", async () => {
      const [p, q] = [ground.source("p"), ground.source("q")];
      await using _lock = await p.lock(signal);
      await using _other = await q.lock(signal);
      await p.create(marker(1), signal);
      await q.create(marker(1, "q"), signal);
      expect((await ground.source("p").list()).map((machine) => machine.marker)).toEqual([marker(1)]);
      expect((await ground.source("q").list()).map((machine) => machine.marker)).toEqual([marker(1, "q")]);
      await p.terminate(1);
      await p.cleanUp();
      expect(await ids(ground.source("q"))).toEqual([1]);
      await q.terminate(1);
      await q.cleanUp();
      expect(await ground.leftovers()).toEqual([]);
    });

    test("the limit counts its own machines and those that are free", async () => {
      const { most } = ground;
      const machines = ground.source("p");
      await using _lock = await machines.lock(signal);
      expect((await machines.limit())?.count).toBe(most);
      await machines.create(marker(1), signal);
      expect((await machines.limit())?.count).toBe(most);
      const other = ground.source("q");
      expect((await other.limit())?.count).toBe(most === undefined ? undefined : most - 1);
      await machines.terminate(1);
      expect((await machines.limit())?.count).toBe(most);
      await machines.cleanUp();
    });

    test("the record is kept until the pool is cleaned up", async () => {
      const machines = ground.source("p");
      expect(await machines.readRecord()).toBeUndefined();
      await using _lock = await machines.lock(signal);
      await machines.writeRecord({ lastWorkerId: 4, epoch: 9, generation: 2 });
      await machines.writeRecord({ lastWorkerId: 5, epoch: 10, generation: 2 });
      expect(await ground.source("p").readRecord()).toEqual({ lastWorkerId: 5, epoch: 10, generation: 2 });
      await machines.cleanUp();
      expect(await ground.source("p").readRecord()).toBeUndefined();
    });

    test("of two that want the pool at once, the second has it when the first lets go", async () => {
      const first = await ground.source("p").lock(signal);
      const machines = ground.source("p");
      let isSecond = false;
      const second = machines.lock(signal).then((lock) => {
        isSecond = true;
        return lock;
      });
      expect(first.isHeld()).toBe(true);
      expect(isSecond).toBe(false);
      await first[Symbol.asyncDispose]();
      const lock = await second;
      expect(lock.isHeld()).toBe(true);
      expect(first.isHeld()).toBe(false);
      await lock[Symbol.asyncDispose]();
      await machines.cleanUp();
    });

    test("who gives up waiting for the pool gets the reason", async () => {
      const machines = ground.source("p");
      await using _lock = await machines.lock(signal);
      const why = new Error("the engine is gone");
      await expect(ground.source("p").lock(AbortSignal.abort(why))).rejects.toBe(why);
    });
  });
}
