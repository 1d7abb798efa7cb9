/**
 * One run over a pool: observe, plan, act, observe, until the plan is empty, its time is up, or it is asked to stop. Decides nothing itself;
 * keeps only what this run has tried. Steps of different workers go on side by side, each as a promise of its own.
 */
import { setTimeout as delay } from "node:timers/promises";
import { FencedError } from "../worker/index.ts";
import { carryOut, type Scene } from "./act.ts";
import { lateReasons } from "./late.ts";
import type { Machines, PoolLock, PoolRecord } from "./machines/machines.ts";
import { observe, type RunNotes } from "./observe.ts";
import { pauseAt } from "./pause.ts";
import { plan } from "./plan.ts";
import type { Progress } from "./progress.ts";
import type { Goal, Reconciled } from "./reconcile.ts";
import type { Sight } from "./roster.ts";
import { RosterKeeper } from "./roster-keeper.ts";
import { RosterPace } from "./roster-pace.ts";
import type { Sessions } from "./sessions.ts";
import type { Desired, Observed, Step, WorkerRef } from "./steps.ts";
import { whyStuck } from "./stuck.ts";
import { summaryOf } from "./summary.ts";

export interface RunTools {
  readonly machines: Machines;
  readonly sessions: Sessions;
  readonly lock: PoolLock;
  readonly progress: Progress;
  /** Aborts with the reason why this run must not act any more. */
  readonly signal: AbortSignal;
  /** Aborts when no more steps are to be begun. */
  readonly noMore: AbortSignal;
  /** Makes `signal` abort. */
  readonly stop: (reason: Error) => void;
}

/** How a run found the pool. */
export interface Standing {
  /** Of the workers that this run makes. */
  readonly generation: number;
  readonly lastId: number;
  readonly record: PoolRecord | undefined;
}

const STEPS_AT_ONCE = 8;
/** How often jobs on leaving workers are looked at. */
const DRAIN_LOOK_MS = 500;
/** After these a plan would only try the same again: when one fails, its worker is left alone for the rest of the run. */
const ONCE: ReadonlySet<Step["kind"]> = new Set(["remove", "cordon", "uncordon"]);

export class Run {
  readonly #goal: Goal;
  readonly #tools: RunTools;
  readonly #scene: Scene;
  readonly #keeper: RosterKeeper;
  readonly #pace: RosterPace;
  readonly #timeUp = new AbortController();
  readonly #acting = new Map<number, Step>();
  readonly #inFlight = new Map<number, Promise<void>>();
  readonly #failures = new Map<number, { readonly worker: WorkerRef; readonly reason: string }>();
  readonly #restarted = new Set<number>();
  readonly #done: Step[] = [];
  /** Preparations that were ended since the time was up, and the milliseconds that each had. */
  readonly #cutOff = new Map<number, number>();
  #told = 0;
  #last = new Map<number, Sight>();
  #lastId: number;
  /** Steps that came to their end, well or not. */
  #ended = 0;

  constructor(goal: Goal, tools: RunTools, { generation, lastId, record }: Standing) {
    this.#goal = goal;
    this.#tools = tools;
    this.#lastId = lastId;
    this.#keeper = new RosterKeeper(goal, generation, record);
    this.#pace = new RosterPace((roster) => tools.sessions.publish(roster));
    const { identity, fingerprint, spec, content } = goal;
    this.#scene = {
      ...tools,
      timeUp: this.#timeUp.signal,
      mayAct: () => this.#mayAct(),
      ...(spec === undefined ? {} : { spec }),
      ...(content === undefined ? {} : { content }),
      marker: ({ id, name }) => ({ identity, id, name, generation, fingerprint }),
    };
  }

  async untilDone(): Promise<Reconciled> {
    const began = Date.now();
    const { maxDurationMs } = this.#goal.budget;
    const timer = maxDurationMs === undefined ? undefined : setTimeout(() => this.#timeUp.abort(), maxDurationMs);
    try {
      for (;;) {
        this.#throwIfOver();
        const ended = this.#ended;
        const wasIdle = this.#inFlight.size === 0;
        const sights = await this.#look();
        const observed = await this.#observed(sights);
        const left = plan(this.#desired, observed, this.#goal.budget, Date.now());
        const isOver = this.#timeUp.signal.aborted || this.#tools.noMore.aborted;
        const steps = isOver ? [] : left;
        await this.#begin(steps, sights);
        if (steps.length === 0 && wasIdle) return await this.#finish(sights, { observed, began, left });
        // A step that ended while we looked was seen half-way: look again at once.
        if (ended === this.#ended) await this.#untilSomethingHappened(steps.some(({ kind }) => kind === "drain"));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whatever is under way comes to its end before the pool is let go. */
  async settle(): Promise<void> {
    this.#pace.stop();
    await Promise.allSettled(this.#inFlight.values());
  }

  /** Asked before a machine is made or ended; what is done on a worker is refused there. */
  async #mayAct(): Promise<void> {
    this.#throwIfOver();
    await this.#tools.sessions.stillNewest(() => this.#tools.machines.list());
    this.#throwIfOver();
  }

  #throwIfOver(): void {
    this.#tools.signal.throwIfAborted();
    if (!this.#tools.lock.isHeld()) throw new Error(`another process took over the pool ${this.#goal.pool}`);
  }

  async #look(): Promise<Sight[]> {
    const { machines, sessions } = this.#tools;
    const done = this.#done.slice(this.#told);
    // First what is under way, then the list: a machine that is made in between is not overlooked.
    const notes = this.#notes();
    const sights = await observe(await machines.list(), sessions, notes);
    this.#last = new Map(sights.map((sight) => [sight.worker.id, sight]));
    const roster = await this.#keeper.update(sights, this.#lastId, machines);
    await this.#pace.offer(roster);
    this.#told += done.length;
    for (const { kind, worker } of done) await pauseAt(kind, "recorded", worker.id);
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

  async #observed(sights: readonly Sight[]): Promise<Observed> {
    const limit = await this.#tools.machines.limit();
    const seen = { workers: sights.map(({ worker }) => worker), lastId: this.#lastId };
    return limit === undefined ? seen : { ...seen, limit: limit.count, outOfReach: limit.reasons };
  }

  get #desired(): Desired {
    const { pool, size, fingerprint } = this.#goal;
    return { pool, size: size.target, fingerprint };
  }

  async #begin(steps: readonly Step[], sights: readonly Sight[]): Promise<void> {
    const room = STEPS_AT_ONCE - this.#inFlight.size;
    const chosen = steps.filter(({ kind }) => kind !== "drain").slice(0, room);
    const newest = Math.max(0, ...chosen.filter(({ kind }) => kind === "create").map(({ worker }) => worker.id));
    if (newest > this.#lastId) {
      // An id is on disk before its machine is made, so that it is never given twice.
      this.#lastId = newest;
      await this.#keeper.update(sights, newest, this.#tools.machines);
    }
    for (const step of steps.filter(({ kind }) => kind === "drain")) {
      await pauseAt("drain", "before", step.worker.id);
      await carryOut(step, undefined, this.#scene);
    }
    for (const step of chosen) {
      const { id } = step.worker;
      this.#acting.set(id, step);
      if (step.kind === "restart") this.#restarted.add(id);
      const sight = sights.find(({ worker }) => worker.id === id);
      this.#inFlight.set(id, this.#carryOut(step, sight));
    }
  }

  async #carryOut(step: Step, sight: Sight | undefined): Promise<void> {
    const { id } = step.worker;
    const began = Date.now();
    try {
      await pauseAt(step.kind, "before", id);
      if (step.kind === "create" || step.kind === "restart") await this.#mayAct();
      else this.#throwIfOver();
      await carryOut(step, sight, this.#scene);
      await pauseAt(step.kind, "acted", id);
      this.#done.push(step);
      this.#acting.delete(id);
    } catch (error) {
      if (error instanceof FencedError) this.#tools.stop(error);
      if (!ONCE.has(step.kind)) this.#acting.delete(id);
      // A preparation that was ended for lack of time did not fail.
      if (this.#timeUp.signal.aborted && error === this.#timeUp.signal.reason) this.#cutOff.set(id, Date.now() - began);
      else if (!this.#tools.signal.aborted) this.#fail(step, error);
    } finally {
      this.#inFlight.delete(id);
      this.#ended += 1;
    }
  }

  #fail({ worker, kind }: Step, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#failures.set(worker.id, { worker, reason });
    // The rest, such as the end of its log, is told at the end.
    this.#scene.progress.event(`${worker.name}: ${kind} failed: ${reason.split("\n")[0]}`);
  }

  async #untilSomethingHappened(draining: boolean): Promise<void> {
    const waiting = new AbortController();
    const stop = Promise.withResolvers<void>();
    const abort = (): void => stop.resolve();
    // Once it is over only what is still under way is waited for.
    const { signal, noMore } = this.#tools;
    const interrupts = [signal, noMore, this.#timeUp.signal].filter(({ aborted }) => !aborted);
    for (const one of interrupts) one.addEventListener("abort", abort, { once: true });
    const looks = draining ? [delay(DRAIN_LOOK_MS, undefined, { signal: waiting.signal })] : [];
    try {
      await Promise.race([...this.#inFlight.values(), ...looks, stop.promise]);
    } finally {
      waiting.abort();
      await Promise.allSettled(looks);
      for (const one of interrupts) one.removeEventListener("abort", abort);
    }
  }

  async #finish(
    sights: readonly Sight[],
    { observed, began, left }: { readonly observed: Observed; readonly began: number; readonly left: readonly Step[] },
  ): Promise<Reconciled> {
    await this.#pace.flush();
    await pauseAt("finish", "before");
    const { pool, size, budget } = this.#goal;
    const isCut = this.#timeUp.signal.aborted || (this.#tools.noMore.aborted && left.length > 0);
    const reasons = isCut ? this.#lateReasons(sights) : wrongWorkers(sights);
    const stuck = isCut ? undefined : whyStuck(this.#desired, observed, budget);
    for (const line of summaryOf({ pool, target: size.target, sights, done: this.#done, tookMs: Date.now() - began })) {
      this.#scene.progress.event(line);
    }
    return {
      roster: this.#keeper.roster,
      lastWorkerId: this.#lastId,
      reasons: stuck === undefined ? reasons : [...reasons, `${pool}: ${stuck}`],
    };
  }

  #lateReasons(sights: readonly Sight[]): string[] {
    const setUp = this.#done.filter(({ kind }) => kind === "prepare").length;
    return lateReasons(this.#goal, sights, { cutOff: this.#cutOff, setUp, stopped: !this.#timeUp.signal.aborted });
  }
}

function wrongWorkers(sights: readonly Sight[]): string[] {
  const wrong = sights.filter(({ worker, reason }) => reason !== "" || worker.phase !== "ready");
  return wrong.map(({ worker, reason }) => `${worker.name}: ${reason || `is ${worker.phase}`}`);
}
