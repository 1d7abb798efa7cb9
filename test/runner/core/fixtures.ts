/** Rosters, jobs and a queue in memory for tests of the core. */

import type { Draft, Effect, Event, LiveJob, Step } from "../../../runner/core/index.ts";
import { evolve, load, react, sanityCheck, schedule } from "../../../runner/core/index.ts";
import type { JobSpec } from "../../../spec/index.ts";
import type { Capacity, Hello, Roster, RosterWorker } from "../../../worker/index.ts";

export const IDENTITY = "organization/project/stack/gpu-pool";
export const POINTER = { pool: "gpu-pool", stack: "organization/project/stack", projectDir: "/project", env: {} };

export function capacity(part: Partial<Capacity> = {}): Capacity {
  return { cpus: 4, memoryGiB: 16, diskGiB: 100, accelerators: {}, ...part };
}

export function rosterWorker(id: number, part: Partial<RosterWorker> = {}): RosterWorker {
  return {
    id,
    name: `gpu-pool-${id}`,
    host: "127.0.0.1",
    port: 2200 + id,
    hostKey: `ssh-ed25519 key-${id}`,
    generation: 1,
    state: "READY",
    capacity: capacity(),
    hourlyCost: 0,
    readyAt: 1,
    reason: "",
    ...part,
  };
}

export function roster(workers: readonly RosterWorker[], epoch = 1): Roster {
  const count = workers.length;
  return {
    kind: "lido.WorkerPool",
    pool: "gpu-pool",
    identity: IDENTITY,
    generation: 1,
    epoch,
    size: { target: count, min: count, max: count },
    infra: "local",
    ssh: { user: "me", keyRef: "/key" },
    workers,
  };
}

export function job(part: Partial<JobSpec> = {}): JobSpec {
  return {
    kind: "job",
    name: "train",
    run: "true",
    envs: {},
    secrets: {},
    resources: { ordered: false, anyOf: [] },
    ...part,
  };
}

export function submit(workers: readonly RosterWorker[], numJobs = 1, part: Partial<JobSpec> = {}): Event {
  return { kind: "submit", job: job(part), numJobs, user: "me", roster: roster(workers), pointer: POINTER };
}

export function hello(part: Partial<Hello> = {}): Hello {
  return {
    protocol: 3,
    bootId: "boot",
    clock: 0,
    cpus: 4,
    cordon: "",
    rosterEpoch: 0,
    running: [],
    unread: [],
    ...part,
  };
}

export function connected(worker: number, part: Partial<Hello> = {}, number = 1): Event {
  return { kind: "connected", pool: IDENTITY, worker, number, hello: hello(part) };
}

/** A queue without a store: each event is followed by the scheduler, and by the sanity check. */
export class Queue {
  now = 1_000_000;
  readonly state: Draft = load(
    { queue: "0000abcd", nextId: 1, pools: [], submissions: [], spans: [], jobs: [], uncollected: [] },
    0,
  );

  send(...events: readonly Event[]): readonly Effect[] {
    const effects = events.flatMap((event) => this.#take(react(this.state, event, this.now)));
    return [...effects, ...this.handOut()];
  }

  handOut(most?: number): readonly Effect[] {
    return this.#take(schedule(this.state, this.now, most));
  }

  step(event: Event): Step {
    const step = react(this.state, event, this.now);
    this.#take(step);
    return step;
  }

  job(id: number): LiveJob | undefined {
    return this.state.jobs.get(id);
  }

  #take({ changes, effects }: Step): readonly Effect[] {
    for (const change of changes) evolve(this.state, change);
    const broken = sanityCheck(this.state);
    if (broken.length > 0) throw new Error(broken.join("; "));
    return effects;
  }
}

/** The words of worker `worker` about attempt `attempt` of job `id`, which belongs to the submission that began with `first`. */
export function ref(id: number, worker: number, { attempt = 1, first = 1 } = {}) {
  return { pool: IDENTITY, worker, key: { submission: `0000abcd-${first}`, job: id, attempt } };
}
