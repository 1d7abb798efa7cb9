/**
 * A pool in miniature for property tests: workers that claim, run and remember attempts, messages that get lost with
 * their connection, machines that vanish, and a controller (reactor, scheduler, real store) that may restart at any
 * moment. Synchronous but for the store.
 */

import type { Change, Draft, Effect, Event, EventOf, Step } from "../../../runner/core/index.ts";
import {
  evolve,
  FAILURES,
  isStored,
  isUndone,
  keyName,
  load,
  react,
  sanityCheck,
  schedule,
} from "../../../runner/core/index.ts";
import type { Store } from "../../../runner/store/index.ts";
import type { JobRecovery, OnDisconnect } from "../../../spec/index.ts";
import type { AttemptKey, AttemptStatus } from "../../../worker/index.ts";
import { hello, IDENTITY, job, POINTER, roster, rosterWorker } from "./fixtures.ts";

interface Machine {
  readonly id: number;
  connection: number | undefined;
  /** When its queue last renewed the leases there. */
  heardAt: number;
  cordoned: boolean;
  readonly attempts: Map<string, { readonly key: AttemptKey; status: AttemptStatus }>;
  /** STARTs that wait until nothing runs there; they outlive connections. */
  readonly inbox: AttemptKey[];
}

/** What holds when a job with `lease` says nothing else. */
const LEASE_SECONDS = 60;

type Attempt = Extract<Effect, { readonly kind: "start" | "query" | "cancel" | "take-back" }>;

export class World {
  now = 1_000_000;
  readonly machines = new Map<number, Machine>();
  readonly graveyard: Machine[] = [];
  /** Events on their way, each with the connection that it travels on. */
  readonly mail: { readonly event: Event; readonly worker: number; readonly connection: number }[] = [];
  /** Job ids in the order in which they were first assigned, without those that were cancelled before and wait again. */
  readonly firstAssigned: number[] = [];
  /** How often each rank came to an end. */
  readonly ends = new Map<number, number>();
  readonly violations: string[] = [];
  /** Jobs that somebody wanted to run once more. */
  readonly #askedAgain = new Set<number>();
  readonly #store: Store;
  readonly #epochs = { roster: 0, connection: 0 };
  #state!: Draft;
  readonly #policies = new Map<string, OnDisconnect>();
  submitted = 0;

  readonly #most: number;

  constructor(store: Store, most: number) {
    this.#store = store;
    this.#most = most;
  }

  /** Each turn hands out at most `most` ranks. */
  static async create(store: Store, workers: number, most: number = Number.POSITIVE_INFINITY): Promise<World> {
    const world = new World(store, most);
    await world.restart();
    for (let id = 1; id <= workers; id += 1) world.#newMachine(id);
    return world;
  }

  get state(): Draft {
    return this.#state;
  }

  #newMachine(id: number): void {
    this.machines.set(id, {
      id,
      connection: undefined,
      heardAt: this.now,
      cordoned: false,
      attempts: new Map(),
      inbox: [],
    });
  }

  #roster() {
    this.#epochs.roster += 1;
    return roster(
      [...this.machines.keys()].map((id) => rosterWorker(id)),
      this.#epochs.roster,
    );
  }

  /** kill -9 of the controller, and a new one. */
  async restart(): Promise<void> {
    for (const machine of this.machines.values()) machine.connection = undefined;
    await this.#store.takeOver();
    this.#state = load(await this.#store.load(), this.now);
    await this.turn({ kind: "loaded" });
  }

  /** All that failed or was cancelled runs again, as somebody asks for who read the queue before. */
  async retry(): Promise<void> {
    const rows = await this.#store.page({ statuses: [...FAILURES, "CANCELLED"], limit: 1_000 });
    const jobs: EventOf<"retry">["jobs"][number][] = [];
    const ranks: EventOf<"retry">["ranks"][number][] = [];
    for (const { id, submission, attempt, status, reason } of rows) {
      const of = (await this.#store.payload(submission))?.submission;
      if (of && attempt === 0) ranks.push({ first: id, last: id, of });
      else if (of && isUndone(status)) jobs.push({ id, submission, attempt, status, reason, of });
    }
    await this.turn({ kind: "retry", jobs, ranks });
  }

  /** With `crash`, the controller dies after the commit and before any effect. */
  async turn(event: Event, { crash = false } = {}): Promise<void> {
    const changes: Change[] = [];
    const effects: Effect[] = [];
    const take = (step: Step) => {
      for (const change of step.changes) evolve(this.#state, change);
      changes.push(...step.changes);
      effects.push(...step.effects);
      this.violations.push(...sanityCheck(this.#state));
    };
    take(react(this.#state, event, this.now));
    take(schedule(this.#state, this.now, this.#most));
    const stale = await this.#store.commit(changes.filter(isStored));
    if (stale.length > 0) this.violations.push(`${stale.length} changes were stale`);
    for (const change of changes) this.#record(change);
    if (crash) return await this.restart();
    for (const effect of effects) this.#perform(effect);
  }

  #record(change: Change): void {
    const end = (id: number) => this.ends.set(id, (this.ends.get(id) ?? 0) + 1);
    if (change.kind === "assigned") {
      const overtaken = [...this.#state.pools.values()]
        .flatMap((pool) => [...pool.waiting, ...pool.spans.map(({ first }) => first)])
        .find((id) => id < change.job.id);
      if (overtaken) this.violations.push(`job ${change.job.id} overtook ${overtaken}`);
      if (!this.#askedAgain.has(change.job.id)) this.firstAssigned.push(change.job.id);
    }
    if (change.kind === "moved" && "endedAt" in change.job) end(change.job.id);
    // It is to end once more.
    if (change.kind === "retried") {
      this.ends.delete(change.job.id);
      this.#askedAgain.add(change.job.id);
    }
    if (change.kind === "span-retried") {
      for (let id = change.cut.first; id <= change.cut.last; id += 1) {
        this.ends.delete(id);
        this.#askedAgain.add(id);
      }
    }
    if (change.kind === "span-cancelled") {
      for (let id = change.cut.first; id <= change.cut.last; id += 1) end(id);
    }
  }

  #perform(effect: Effect): void {
    if (effect.kind === "read-roster" || effect.kind === "ended" || effect.kind === "stale") return;
    const machine = this.machines.get(effect.worker);
    if (!machine?.connection) return;
    if (effect.kind === "acknowledge") return this.#say(machine, { kind: "collected", keys: [effect.key] });
    if (effect.kind === "start" && effect.number !== machine.connection) return;
    this.#atWorker(machine, effect);
  }

  #atWorker(machine: Machine, effect: Attempt): void {
    const { key } = effect;
    const name = keyName(key);
    const known = machine.attempts.get(name);
    switch (effect.kind) {
      case "query":
        return this.#say(machine, {
          kind: "answer",
          key,
          believed: effect.believed,
          status: known?.status ?? { kind: "never" },
        });
      case "cancel":
        if (!known) machine.attempts.set(name, { key, status: { kind: "void" } });
        else if (known.status.kind === "running") this.exit(machine.id, 143);
        return this.#say(machine, {
          kind: "answer",
          key,
          believed: "CANCELLING",
          status: machine.attempts.get(name)?.status ?? { kind: "void" },
        });
      case "take-back":
        if (known) return this.#say(machine, { kind: "taken-back", key, taken: false });
        machine.inbox.splice(0, machine.inbox.length, ...machine.inbox.filter((one) => keyName(one) !== name));
        return this.#say(machine, { kind: "taken-back", key, taken: true });
      case "start":
        if (known) return this.#say(machine, { kind: "answer", key, believed: "STARTING", status: known.status });
        if (machine.cordoned)
          return this.#say(machine, { kind: "refused", key, reason: "cordoned", detail: "rolling" });
        machine.inbox.push(key);
        this.#serve(machine);
    }
  }

  /** What the slot's supervisor does whenever nothing runs. */
  #serve(machine: Machine): void {
    while (![...machine.attempts.values()].some((one) => one.status.kind === "running")) {
      const key = machine.inbox.shift();
      if (!key) return;
      if (machine.attempts.has(keyName(key))) continue;
      if (machine.cordoned) this.#say(machine, { kind: "refused", key, reason: "cordoned", detail: "rolling" });
      else this.#begin(machine, keyName(key), key);
    }
  }

  #begin(machine: Machine, name: string, key: AttemptKey): void {
    const policy = this.#policies.get(key.submission);
    for (const other of [...this.machines.values(), ...this.graveyard]) {
      for (const attempt of other.attempts.values()) {
        if (attempt.key.job !== key.job || attempt.status.kind === "void") continue;
        if (attempt.key.attempt === key.attempt) this.violations.push(`attempt ${name} began twice`);
        if (policy === "eager" || !this.machines.has(other.id)) continue;
        if (attempt.status.kind === "running") this.violations.push(`job ${key.job} runs twice`);
        // Its result may lie on a worker out of reach when its lease runs out.
        // Whoever cancelled it as it ended well may want it again.
        const isDone = attempt.status.kind === "done" && attempt.status.code === 0 && !this.#askedAgain.has(key.job);
        if (isDone && policy === "wait") this.violations.push(`job ${key.job} ran again after it was done`);
      }
    }
    machine.attempts.set(name, { key, status: { kind: "running", startedAt: this.now } });
    this.#say(machine, { kind: "started", key, at: this.now });
  }

  #say(machine: Machine, what: DistributiveOmit<AttemptEvent, "pool" | "worker">): void {
    if (!machine.connection) return;
    const event = { ...what, pool: IDENTITY, worker: machine.id } as Event;
    this.mail.push({ event, worker: machine.id, connection: machine.connection });
  }

  async submit(numJobs: number, recovery: JobRecovery = {}): Promise<void> {
    const first = this.submitted + 1;
    this.submitted += numJobs;
    this.#policies.set(`${this.#state.queue}-${first}`, recovery.onDisconnect ?? "wait");
    const spec = job({ resources: { ordered: false, anyOf: [{ jobRecovery: recovery }] } });
    await this.turn({ kind: "submit", job: spec, numJobs, user: "me", roster: this.#roster(), pointer: POINTER });
  }

  /** Time goes on. A worker that is out of touch ends the jobs whose lease runs out; a connected one renews all the time. */
  async pass(ms: number): Promise<void> {
    this.now += ms;
    for (const machine of this.machines.values()) {
      if (machine.connection) machine.heardAt = this.now;
      else if (this.now - machine.heardAt >= LEASE_SECONDS * 1000) this.#endLeases(machine);
    }
    await this.turn({ kind: "tick" });
  }

  #endLeases(machine: Machine): void {
    for (const attempt of machine.attempts.values()) {
      const leased = this.#policies.get(attempt.key.submission) === "lease";
      if (leased && attempt.status.kind === "running") attempt.status = { kind: "lost", why: "lease" };
    }
    // A lease that ran out lets nothing begin either.
    const isLeased = ({ submission }: AttemptKey) => this.#policies.get(submission) === "lease";
    machine.inbox.splice(0, machine.inbox.length, ...machine.inbox.filter((key) => !isLeased(key)));
    this.#serve(machine);
  }

  /** The oldest letter arrives, unless its connection is gone. */
  async deliver(options: { readonly crash?: boolean; readonly twice?: boolean } = {}): Promise<void> {
    const letter = this.mail.shift();
    if (!letter || this.machines.get(letter.worker)?.connection !== letter.connection) return;
    await this.turn(letter.event, options);
    if (options.twice) await this.turn(letter.event);
  }

  async connect(id: number): Promise<void> {
    const machine = this.machines.get(id);
    if (!machine || machine.connection) return;
    machine.connection = this.#epochs.connection += 1;
    machine.heardAt = this.now;
    const running = [...machine.attempts.values()].filter((one) => one.status.kind === "running").map((one) => one.key);
    const greeting = hello({ running, cordon: machine.cordoned ? "rolling" : "" });
    await this.turn({ kind: "connected", pool: IDENTITY, worker: id, number: machine.connection, hello: greeting });
  }

  /** A connection that stands just long enough to renew the leases there. */
  async brush(id: number): Promise<void> {
    const machine = this.machines.get(id);
    if (!machine || machine.connection) return;
    await this.turn({ kind: "reached", pool: IDENTITY, worker: id });
    machine.heardAt = this.now;
    await this.turn({ kind: "disconnected", pool: IDENTITY, worker: id, reason: "reset", permanent: false });
  }

  async disconnect(id: number): Promise<void> {
    const machine = this.machines.get(id);
    if (!machine?.connection) return;
    machine.connection = undefined;
    await this.turn({ kind: "disconnected", pool: IDENTITY, worker: id, reason: "reset", permanent: false });
  }

  exit(id: number, code: number): void {
    const machine = this.machines.get(id);
    const attempt = [...(machine?.attempts.values() ?? [])].find((one) => one.status.kind === "running");
    if (!machine || attempt?.status.kind !== "running") return;
    const { startedAt } = attempt.status;
    attempt.status = { kind: "done", code, startedAt, endedAt: this.now };
    this.#say(machine, { kind: "exit", key: attempt.key, code, startedAt, endedAt: this.now });
    this.#serve(machine);
  }

  /** Job and supervisor are killed: nobody reports it. */
  kill(id: number): void {
    const attempt = [...(this.machines.get(id)?.attempts.values() ?? [])].find((one) => one.status.kind === "running");
    if (attempt) attempt.status = { kind: "lost", why: "killed" };
    const machine = this.machines.get(id);
    if (machine) this.#serve(machine);
  }

  /** The machine vanishes; the roster says so, and brings another. */
  async lose(id: number): Promise<void> {
    const machine = this.machines.get(id);
    if (!machine) return;
    this.machines.delete(id);
    this.graveyard.push(machine);
    this.#newMachine(Math.max(id, ...this.machines.keys()) + 1);
    await this.turn({ kind: "roster", roster: this.#roster() });
    if (machine.connection) {
      await this.turn({ kind: "disconnected", pool: IDENTITY, worker: id, reason: "reset", permanent: false });
    }
  }

  cordon(id: number, on: boolean): void {
    const machine = this.machines.get(id);
    if (!machine) return;
    machine.cordoned = on;
    // Behind what it said before: a worker's words come in order.
    const event: Event = { kind: "cordon", pool: IDENTITY, worker: id, reason: on ? "rolling" : "" };
    if (machine.connection) this.mail.push({ event, worker: id, connection: machine.connection });
  }

  /** Everything is repaired; every job ends well. */
  async heal(): Promise<void> {
    for (const id of this.machines.keys()) {
      this.cordon(id, false);
      await this.connect(id);
    }
    for (let turns = 0; this.#state.jobs.size > 0 || this.#state.submissions.size > 0; turns += 1) {
      if (turns > 2_000) throw new Error(`never over: ${JSON.stringify([...this.#state.jobs.values()])}`);
      for (const id of this.machines.keys()) this.exit(id, 0);
      while (this.mail.length > 0) await this.deliver();
      await this.pass(20_000);
    }
    while (this.mail.length > 0) await this.deliver();
  }
}

type AttemptEvent = Extract<
  Event,
  { readonly kind: "answer" | "started" | "exit" | "refused" | "taken-back" | "collected" }
>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
