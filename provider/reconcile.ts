/**
 * Brings a pool to what is wanted: observe, plan, act, observe, until the plan is empty. Create, update and delete are
 * this one call. Decides nothing itself; keeps only what this run has tried. Stops before its next step when its engine
 * is gone or another process took the pool over, and leaves whatever it did for the next run to find.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { PoolSpec } from "../spec/index.ts";
import type { Roster } from "../worker/index.ts";
import { carryOut, type Scene } from "./act.ts";
import type { Budget } from "./budget.ts";
import type { Machines, PoolLock, PoolRecord } from "./machines/machines.ts";
import { observe, type RunNotes } from "./observe.ts";
import { plan } from "./plan.ts";
import { progressTo } from "./progress.ts";
import { generationFor, type Sight } from "./roster.ts";
import { RosterKeeper } from "./roster-keeper.ts";
import { RosterPace } from "./roster-pace.ts";
import { Sessions } from "./sessions.ts";
import type { Step, WorkerRef } from "./steps.ts";
import { summaryOf } from "./summary.ts";

export interface Goal {
  readonly pool: string;
  readonly identity: string;
  readonly infra: string;
  readonly size: Roster["size"];
  readonly fingerprint: string;
  readonly budget: Budget;
  readonly keys: { readonly privateKey: string; readonly file: string };
  /** With environment and secrets; absent when the pool is removed. */
  readonly spec?: PoolSpec;
  readonly known: Known;
}

/** What the stack's state knows of the pool. All zero for a new one. */
export interface Known {
  readonly fingerprint: string;
  readonly generation: number;
  readonly epoch: number;
  readonly lastWorkerId: number;
  readonly size: Roster["size"];
  readonly workers: Roster["workers"];
}

export interface Surroundings {
  readonly machines: Machines;
  readonly report: (line: string) => void;
  /** Aborts with the reason why this run must not act any more. */
  readonly signal: AbortSignal;
}

export interface Reconciled {
  readonly roster: Roster;
  readonly lastWorkerId: number;
  /** One sentence per worker that is not as wanted; empty when all is done. */
  readonly reasons: readonly string[];
}

const STEPS_AT_ONCE = 8;
/** How often jobs on leaving workers are looked at. */
const DRAIN_LOOK_MS = 500;

/** @throws UserError when nothing could be begun; the signal's reason when it must stop */
export async function reconcile(goal: Goal, surroundings: Surroundings): Promise<Reconciled> {
  const { machines, signal } = surroundings;
  await using lock = await machines.lock(signal);
  await using sessions = new Sessions(goal.keys.privateKey);
  await using pace = new RosterPace((roster) => sessions.publish(roster));
  const run = await Run.begin(goal, { ...surroundings, sessions, lock, pace });
  try {
    return await run.untilDone();
  } finally {
    await run.settle();
  }
}

type Tools = Surroundings & { readonly sessions: Sessions; readonly lock: PoolLock; readonly pace: RosterPace };

class Run {
  readonly #goal: Goal;
  readonly #tools: Tools;
  readonly #scene: Scene;
  readonly #keeper: RosterKeeper;
  readonly #acting = new Map<number, Step>();
  readonly #inFlight = new Map<number, Promise<void>>();
  readonly #failures = new Map<number, { readonly worker: WorkerRef; readonly reason: string }>();
  readonly #restarted = new Set<number>();
  readonly #done: Step[] = [];
  #last = new Map<number, Sight>();
  #lastId: number;
  /** Steps that came to their end, well or not. */
  #ended = 0;

  static async begin(goal: Goal, tools: Tools): Promise<Run> {
    const [listed, record] = [await tools.machines.list(), await tools.machines.readRecord()];
    const seen = [
      ...listed.map(({ marker }) => marker),
      goal.known,
      { fingerprint: "", generation: record?.generation ?? 0 },
    ];
    const generation = goal.spec === undefined ? goal.known.generation : generationFor(goal.fingerprint, seen);
    const lastId = Math.max(
      goal.known.lastWorkerId,
      record?.lastWorkerId ?? 0,
      ...listed.map(({ marker }) => marker.id),
    );
    return new Run(goal, tools, { generation, lastId, record });
  }

  private constructor(
    goal: Goal,
    tools: Tools,
    {
      generation,
      lastId,
      record,
    }: { readonly generation: number; readonly lastId: number; readonly record: PoolRecord | undefined },
  ) {
    this.#goal = goal;
    this.#tools = tools;
    this.#lastId = lastId;
    this.#keeper = new RosterKeeper(goal, generation, record);
    this.#scene = {
      ...tools,
      progress: progressTo(tools.report),
      ...(goal.spec === undefined ? {} : { spec: goal.spec }),
      marker: ({ id, name }) => ({ identity: goal.identity, id, name, generation, fingerprint: goal.fingerprint }),
    };
  }

  async untilDone(): Promise<Reconciled> {
    const began = Date.now();
    for (;;) {
      this.#mayAct();
      const ended = this.#ended;
      const wasIdle = this.#inFlight.size === 0;
      const sights = await this.#look();
      const steps = this.#plan(sights);
      await this.#begin(steps, sights);
      if (steps.length === 0 && wasIdle) return this.#finish(sights, began);
      // A step that ended while we looked was seen half-way: look again at once.
      if (ended === this.#ended) await this.#untilSomethingHappened(steps.some(({ kind }) => kind === "drain"));
    }
  }

  /** Whatever is under way comes to its end before the pool is let go. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#inFlight.values());
  }

  #mayAct(): void {
    this.#tools.signal.throwIfAborted();
    if (!this.#tools.lock.isHeld()) throw new Error(`another process took over the pool ${this.#goal.pool}`);
  }

  async #look(): Promise<Sight[]> {
    const { machines, sessions, pace } = this.#tools;
    // First what is under way, then the list: a machine that is made in between is not overlooked.
    const notes = this.#notes();
    const sights = await observe(await machines.list(), sessions, notes);
    this.#last = new Map(sights.map((sight) => [sight.worker.id, sight]));
    const roster = await this.#keeper.update(sights, this.#lastId, machines);
    await pace.offer(roster);
    return sights;
  }

  #notes(): RunNotes {
    return {
      // As it is now: a step that ends while we look still counts as under way in what this look tells.
      acting: new Map(this.#acting),
      failures: new Map(this.#failures),
      restarted: new Set(this.#restarted),
      wanted: this.#goal.fingerprint,
      last: this.#last,
    };
  }

  #plan(sights: readonly Sight[]): Step[] {
    const { pool, size, fingerprint, budget } = this.#goal;
    const observed = { workers: sights.map(({ worker }) => worker), lastId: this.#lastId };
    return plan({ pool, size: size.target, fingerprint }, observed, budget, Date.now());
  }

  async #begin(steps: readonly Step[], sights: readonly Sight[]): Promise<void> {
    const room = STEPS_AT_ONCE - this.#inFlight.size;
    const chosen = [
      ...steps.filter(({ kind }) => kind === "drain"),
      ...steps.filter(({ kind }) => kind !== "drain").slice(0, room),
    ];
    const newest = Math.max(0, ...chosen.filter(({ kind }) => kind === "create").map(({ worker }) => worker.id));
    if (newest > this.#lastId) {
      // An id is on disk before its machine is made, so that it is never given twice.
      this.#lastId = newest;
      await this.#keeper.update(sights, newest, this.#tools.machines);
    }
    for (const step of chosen) this.#start(step, sights);
  }

  #start(step: Step, sights: readonly Sight[]): void {
    const { id } = step.worker;
    const sight = sights.find(({ worker }) => worker.id === id);
    if (step.kind === "drain") {
      void carryOut(step, sight, this.#scene);
      return;
    }
    this.#acting.set(id, step);
    if (step.kind === "restart") this.#restarted.add(id);
    this.#inFlight.set(id, this.#carryOut(step, sight));
  }

  async #carryOut(step: Step, sight: Sight | undefined): Promise<void> {
    const { id, name } = step.worker;
    try {
      await carryOut(step, sight, this.#scene);
      this.#done.push(step);
      this.#acting.delete(id);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#failures.set(id, { worker: step.worker, reason });
      if (!this.#tools.signal.aborted) this.#scene.progress.event(`${name}: ${step.kind} failed: ${reason}`);
      // What cannot be removed or cordoned is left alone for the rest of this run: the mark stays.
      if (step.kind !== "remove" && step.kind !== "cordon" && step.kind !== "uncordon") this.#acting.delete(id);
    } finally {
      this.#inFlight.delete(id);
      this.#ended += 1;
    }
  }

  async #untilSomethingHappened(draining: boolean): Promise<void> {
    const { signal } = this.#tools;
    const waiting = new AbortController();
    const stop = Promise.withResolvers<void>();
    const abort = (): void => stop.resolve();
    signal.addEventListener("abort", abort, { once: true });
    const looks = draining ? [delay(DRAIN_LOOK_MS, undefined, { signal: waiting.signal })] : [];
    try {
      await Promise.race([...this.#inFlight.values(), ...looks, stop.promise]);
    } finally {
      waiting.abort();
      await Promise.allSettled(looks);
      signal.removeEventListener("abort", abort);
    }
  }

  #finish(sights: readonly Sight[], began: number): Reconciled {
    const { pool, size } = this.#goal;
    const wrong = sights.filter(({ worker, reason }) => reason !== "" || worker.phase !== "ready");
    const reasons = wrong.map(({ worker, reason }) => `${worker.name}: ${reason || `is ${worker.phase}`}`);
    for (const line of summaryOf({ pool, target: size.target, sights, done: this.#done, tookMs: Date.now() - began })) {
      this.#scene.progress.event(line);
    }
    return { roster: this.#keeper.roster, lastWorkerId: this.#lastId, reasons };
  }
}
