/** Keeps the pool's roster through one run: a higher epoch for each change, on disk before anybody is told. */
import { userInfo } from "node:os";
import { keepRoster, lidoHome, type Roster } from "../worker/index.ts";
import { canonical } from "./fingerprint.ts";
import type { Machines, PoolRecord } from "./machines/machines.ts";
import { pauseAt } from "./pause.ts";
import type { Goal } from "./reconcile.ts";
import { rosterWorkers, type Sight } from "./roster.ts";

export class RosterKeeper {
  readonly #generation: number;
  readonly #fingerprint: string;
  readonly #size: Roster["size"];
  readonly #isEnding: boolean;
  #roster: Roster;
  #record: PoolRecord | undefined;

  constructor(goal: Goal, generation: number, record: PoolRecord | undefined) {
    this.#generation = generation;
    this.#fingerprint = goal.fingerprint;
    this.#record = record;
    this.#size = goal.size;
    this.#isEnding = goal.spec === undefined;
    this.#roster = {
      kind: "lido.WorkerPool",
      pool: goal.pool,
      identity: goal.identity,
      generation: goal.known.generation,
      // A pool that was removed and made again must go on above what runners saw of it: it begins at the clock.
      epoch: Math.max(goal.known.epoch, record?.epoch ?? 0) || Date.now(),
      size: goal.known.size,
      infra: goal.infra,
      ssh: { user: userInfo().username, keyRef: goal.keys.file },
      workers: goal.known.workers,
    };
  }

  get roster(): Roster {
    return this.#roster;
  }

  async update(sights: readonly Sight[], lastWorkerId: number, machines: Machines): Promise<Roster> {
    const wanted = { fingerprint: this.#fingerprint, generation: this.#generation };
    const workers = rosterWorkers(sights, wanted);
    const next = { ...this.#roster, generation: this.#generation, size: this.#size, workers };
    const changed = canonical(next) !== canonical(this.#roster);
    const epoch = this.#roster.epoch + (changed ? 1 : 0);
    const plain = { epoch, lastWorkerId, generation: this.#generation };
    const record: PoolRecord = this.#isEnding ? { ...plain, ending: true } : plain;
    if (canonical(record) !== canonical(this.#record)) {
      await pauseAt("record", "before");
      await machines.writeRecord(record);
      await pauseAt("record", "acted");
    }
    this.#record = record;
    this.#roster = { ...next, epoch };
    if (changed) await keepRoster(lidoHome(), this.#roster);
    return this.#roster;
  }
}
