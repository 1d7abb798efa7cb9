/**
 * A simulated pool for property tests: steps are begun and finished one by one, in any order and side by side, while jobs
 * come and go, workers die, setups fail, machines get scarce, the goal changes and the provider is killed. What breaks a
 * promise is kept in `violations`.
 */
import type { Budget } from "../../provider/budget.ts";
import { plan } from "../../provider/plan.ts";
import type { Desired, Observed, ObservedWorker, Step } from "../../provider/steps.ts";
import { brokenByPlan, brokenByStep, type Violation } from "./plan-rules.ts";

/** How a step ends. `fail`: its machine, setup or check fails; `race`: a job starts just before; `lose`: it never happens. */
export type Fate = "ok" | "fail" | "race" | "lose";

/** What happens by itself, to the worker at `pick` where it concerns one. */
export type Event =
  /** Jobs end on all workers; jobs start on all that serve. */
  | "jobs end"
  | "jobs start"
  /** A machine does not answer any more; it answers again but lost its setup; it is gone. */
  | "die"
  | "reboot"
  | "vanish"
  /** The provider is killed: what it had begun is as far as it came, what it knew of failures is forgotten. */
  | "kill"
  | "scarce"
  | "plenty";

export interface Setting {
  readonly desired: Desired;
  readonly budget: Budget;
  readonly workers: readonly ObservedWorker[];
  readonly limit?: number;
}

export class World {
  workers: ObservedWorker[];
  lastId: number;
  limit: number | undefined;
  desired: Desired;
  budget: Budget;
  readonly violations: Violation[] = [];
  /** All that were begun. */
  readonly steps: Step[] = [];
  readonly pending: Step[] = [];
  now = 0;
  readonly #givenIds = new Set<number>();

  constructor({ desired, budget, workers, limit }: Setting) {
    this.desired = desired;
    this.budget = budget;
    this.workers = [...workers];
    this.limit = limit;
    this.lastId = Math.max(0, ...workers.map(({ id }) => id));
    for (const { id } of workers) this.#givenIds.add(id);
  }

  get observed(): Observed {
    const { workers, lastId, limit } = this;
    return { workers, lastId, ...(limit === undefined ? {} : { limit }) };
  }

  plan(): Step[] {
    const steps = plan(this.desired, this.observed, this.budget, this.now);
    this.violations.push(...brokenByPlan(this, steps));
    return steps;
  }

  apply(step: Step, fate: Fate): void {
    this.begin(step);
    this.finish(step, fate);
  }

  begin(step: Step): void {
    const given = step.kind === "create" && this.#givenIds.has(step.worker.id);
    if (given) this.violations.push({ rule: "a worker id is given twice", step });
    this.violations.push(...brokenByStep(this, step));
    this.#givenIds.add(step.worker.id);
    this.steps.push(step);
    if (step.kind === "drain") return;
    this.pending.push(step);
    if (step.kind !== "create") return this.#set(step.worker.id, { acting: step.kind });
    const { fingerprint } = this.desired;
    const fresh = { generation: 9, phase: "creating", busy: 0, cordon: { by: "nobody" }, acting: "create" } as const;
    this.workers = [...this.workers, { ...step.worker, fingerprint, ...fresh }];
    this.lastId = Math.max(this.lastId, step.worker.id);
  }

  finish(step: Step, fate: Fate): void {
    const { id } = step.worker;
    if (step.kind === "drain") return fate === "ok" ? this.#set(id, { busy: 0 }) : undefined;
    this.pending.splice(this.pending.indexOf(step), 1);
    const worker = this.workers.find((one) => one.id === id);
    if (worker === undefined) return;
    // As a run does: what can't be cordoned or removed keeps its mark and is left alone.
    const stuck = fate === "fail" && (step.kind === "remove" || step.kind === "cordon" || step.kind === "uncordon");
    if (stuck) return;
    this.#set(id, { acting: undefined });
    if (fate === "lose" && step.kind === "create") this.#drop(id);
    if (fate !== "lose") this.#carryOut(step, worker, fate);
  }

  happen(event: Event, pick: number): void {
    const victim = this.workers[pick % Math.max(1, this.workers.length)];
    switch (event) {
      case "jobs end":
        this.workers = this.workers.map((worker) => ({ ...worker, busy: 0 }));
        return;
      case "jobs start":
        this.workers = this.workers.map((worker) => (serves(worker) ? { ...worker, busy: 1 } : worker));
        return;
      case "die":
        if (victim?.phase === "ready") this.#set(victim.id, { phase: "down" });
        return;
      case "reboot":
        if (victim?.phase === "ready") this.#set(victim.id, { phase: "blank", busy: 0 });
        return;
      case "vanish":
        if (victim !== undefined) this.#drop(victim.id);
        return;
      case "kill":
        return this.nextRun(pick);
      case "scarce":
        this.limit = Math.max(this.workers.length, pick % 12);
        return;
      case "plenty":
        this.limit = undefined;
    }
  }

  /** The next `up` after a kill: every step that was under way came to its end, or never happened. What failed may be tried again. */
  nextRun(pick = 0): void {
    for (const [index, step] of [...this.pending].entries())
      this.finish(step, (pick + index) % 2 === 0 ? "ok" : "lose");
    for (const { id } of this.workers) this.#set(id, { acting: undefined });
    this.workers = this.workers.map((worker) => {
      if (worker.phase === "failed" || worker.phase === "creating") return { ...worker, phase: "blank" };
      return worker.phase === "unknown" ? { ...worker, phase: "down" } : worker;
    });
  }

  #set(
    id: number,
    { acting, ...fields }: Partial<Omit<ObservedWorker, "acting">> & { readonly acting?: Step["kind"] | undefined },
  ): void {
    this.workers = this.workers.map((worker) => {
      if (worker.id !== id) return worker;
      const { acting: _, ...rest } = worker;
      return { ...rest, ...fields, ...(acting === undefined ? {} : { acting }) };
    });
  }

  #drop(id: number): void {
    this.workers = this.workers.filter((worker) => worker.id !== id);
  }

  #carryOut(step: Step, worker: ObservedWorker, fate: Fate): void {
    const { id } = step.worker;
    switch (step.kind) {
      case "create":
        return this.#set(id, { phase: fate === "fail" ? "failed" : "blank" });
      case "restart":
        return this.#set(id, { phase: fate === "fail" ? "unknown" : "ready" });
      case "prepare":
        if (worker.phase !== "blank") return undefined;
        if (fate === "fail") return this.#set(id, { phase: "failed" });
        return this.#set(id, { phase: "ready", ...(worker.cordon.by === "pool" ? { cordon: { by: "nobody" } } : {}) });
      case "cordon":
        return this.#set(id, { cordon: { by: "pool", since: this.now } });
      case "uncordon":
        return this.#set(id, { cordon: { by: "nobody" } });
      case "drain":
        return undefined;
      case "remove": {
        // Cordoned first, then looked at: whoever has a job by then stays until it is over.
        const raced = fate === "race" && serves(worker);
        const busy = raced ? 1 : worker.busy;
        if (busy > 0 && !step.force) return this.#set(id, { busy, cordon: { by: "pool", since: this.now } });
        return this.#drop(id);
      }
    }
  }
}

function serves({ phase, cordon }: ObservedWorker): boolean {
  return phase === "ready" && cordon.by === "nobody";
}
