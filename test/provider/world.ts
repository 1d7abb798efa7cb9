/** A simulated pool for property tests: steps are carried out one by one, in any order, with faults and jobs in between. */
import type { Budget } from "../../provider/budget.ts";
import { plan } from "../../provider/plan.ts";
import type { Desired, Observed, ObservedWorker, Step } from "../../provider/steps.ts";

/** What a step does in this world. `fail`: its machine or setup fails; `race`: a job starts just before; `lose`: the provider dies before it. */
export type Fate = "ok" | "fail" | "race" | "lose";

export interface Violation {
  readonly rule: string;
  readonly step: Step;
}

export class World {
  workers: ObservedWorker[];
  lastId: number;
  private readonly givenIds = new Set<number>();
  readonly desired: Desired;
  readonly budget: Budget;
  readonly violations: Violation[] = [];
  readonly steps: Step[] = [];
  now = 0;

  constructor(desired: Desired, budget: Budget, workers: readonly ObservedWorker[]) {
    this.desired = desired;
    this.budget = budget;
    this.workers = [...workers];
    this.lastId = Math.max(0, ...workers.map(({ id }) => id));
    for (const { id } of workers) this.givenIds.add(id);
  }

  get observed(): Observed {
    return { workers: this.workers, lastId: this.lastId };
  }

  plan(): Step[] {
    return plan(this.desired, this.observed, this.budget, this.now);
  }

  /** Ready and given jobs, or kept from them by the user's own hand. */
  serving(): number {
    return this.workers.filter(({ phase, cordon }) => phase === "ready" && cordon.by !== "pool").length;
  }

  apply(step: Step, fate: Fate): void {
    this.steps.push(step);
    this.checkBefore(step);
    const serving = this.serving();
    if (fate !== "lose") this.carryOut(step, fate);
    this.checkAfter(step, serving);
  }

  /** Jobs end on all workers, or start on idle serving ones. */
  jobs(kind: "end" | "start"): void {
    this.workers = this.workers.map((worker) => {
      if (kind === "end") return { ...worker, busy: 0 };
      const serves = worker.phase === "ready" && worker.cordon.by === "nobody";
      return serves ? { ...worker, busy: 1 } : worker;
    });
  }

  /** What failed may be tried again, as in the next `up`. */
  nextRun(): void {
    this.workers = this.workers.map((worker) => {
      if (worker.phase === "failed") return { ...worker, phase: "blank" };
      return worker.phase === "unknown" ? { ...worker, phase: "down" } : worker;
    });
  }

  private set(id: number, fields: Partial<ObservedWorker>): void {
    this.workers = this.workers.map((worker) => (worker.id === id ? { ...worker, ...fields } : worker));
  }

  private find(step: Step): ObservedWorker | undefined {
    return this.workers.find(({ id }) => id === step.worker.id);
  }

  private carryOut(step: Step, fate: Fate): void {
    const { id } = step.worker;
    const worker = this.find(step);
    switch (step.kind) {
      case "create": {
        const phase = fate === "fail" ? "failed" : "blank";
        const { fingerprint } = this.desired;
        this.workers.push({ ...step.worker, fingerprint, generation: 9, phase, busy: 0, cordon: { by: "nobody" } });
        this.lastId = Math.max(this.lastId, id);
        this.givenIds.add(id);
        return;
      }
      case "restart":
        return this.set(id, { phase: fate === "fail" ? "unknown" : "ready" });
      case "prepare":
        return this.set(id, fate === "fail" ? { phase: "failed" } : { phase: "ready", cordon: { by: "nobody" } });
      case "cordon":
        return this.set(id, { cordon: { by: "pool", since: this.now } });
      case "uncordon":
        return this.set(id, { cordon: { by: "nobody" } });
      case "drain":
        return this.set(id, fate === "ok" ? { busy: 0 } : {});
      case "remove": {
        if (fate === "race" && worker?.phase === "ready" && worker.cordon.by === "nobody" && !step.force) {
          return this.set(id, { busy: 1, cordon: { by: "pool", since: this.now } });
        }
        this.workers = this.workers.filter((other) => other.id !== id);
      }
    }
  }

  private checkBefore(step: Step): void {
    const worker = this.find(step);
    if (step.kind === "create") {
      if (this.givenIds.has(step.worker.id)) this.violations.push({ rule: "a worker id was given twice", step });
      return;
    }
    if (worker === undefined) this.violations.push({ rule: "a step names a worker that is not of this pool", step });
    if (step.kind === "remove" && !step.force && (worker?.busy ?? 0) > 0) {
      this.violations.push({ rule: "a busy worker is removed", step });
    }
  }

  private checkAfter(step: Step, servingBefore: number): void {
    const serving = this.serving();
    const least = this.desired.size - this.budget.unavailable;
    if (serving < servingBefore && serving < least) this.violations.push({ rule: "too few ready workers", step });
    if (step.kind === "create" && this.workers.length > this.desired.size + this.budget.surge) {
      this.violations.push({ rule: "too many workers", step });
    }
  }
}
