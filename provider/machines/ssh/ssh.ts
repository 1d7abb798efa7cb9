/**
 * Machines that are hosts of the user's own list: a worker is a folder and a claim on one host. What lies on the hosts is
 * the truth; all of them are looked at once per run, and again each time one is acted on.
 */
import { rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ResourceChoice, UserError } from "../../../spec/index.ts";
import { keptRoster, lidoHome, poolKey, type Roster, type RosterWorker } from "../../../worker/index.ts";
import { readJson, writeJson } from "../local/json-file.ts";
import { lockPool } from "../local/lock.ts";
import { makeFolder } from "../local/paths.ts";
import type { Limit, Machine, Machines, Marker, PoolLock, PoolRecord } from "../machines.ts";
import { lookForInventory, noInventory } from "./hosts-file.ts";
import { candidates, type Known, machinesOn, markerOn, withNewestRoster } from "./pool-hosts.ts";
import { lookAt, lookAtAll, type Sight, type Surveyor, sitesOf } from "./survey.ts";
import { checkedLogin, takeHost, wipeHost } from "./tenancy.ts";

export interface SshOptions {
  readonly inventory: string;
  readonly pool: string;
  readonly identity: string;
  readonly resources: ResourceChoice;
  /** `ssh-ed25519 AAAA…`: the key that logs in to its machines. */
  readonly publicKey: string;
  /** OpenSSH PEM text. */
  readonly privateKey: string;
  /** What the state knows of it; absent for a new one. */
  readonly known?: Known;
}

export function sshMachines(options: SshOptions): Machines {
  return new SshMachines(options);
}

class SshMachines implements Machines {
  readonly #options: SshOptions;
  readonly #surveyor: Surveyor;
  readonly #known: Known;
  /** `~/.lido/ssh/<pool>` on this computer. */
  readonly #folder: string;
  /** Hosts that a create of this run is at. */
  readonly #busy = new Set<string>();
  /** Hosts that could not be taken in this run, and why: it would go wrong again. */
  readonly #unfit = new Map<string, string>();
  #survey: Promise<Sight[]> | undefined;
  #lockedAt = 0;
  #isFenced = false;

  constructor(options: SshOptions) {
    const { identity, publicKey, privateKey, known } = options;
    this.#options = options;
    this.#surveyor = { poolKey: poolKey(identity), publicKey, privateKey };
    this.#known = known ?? { identity, fingerprint: "", generation: 0, epoch: 0, user: "", workers: [] };
    this.#folder = join(lidoHome(), "ssh", poolKey(identity));
  }

  async list(): Promise<readonly Machine[]> {
    return machinesOn(await this.#all(), this.#surveyor.poolKey, this.#known);
  }

  async limit(): Promise<Limit> {
    const all = await this.#all();
    const own = machinesOn(all, this.#surveyor.poolKey, this.#known);
    const { free, reasons } = candidates(all, this.#applicant);
    const unfit = free.flatMap(({ site: { name } }) => {
      const why = this.#unfit.get(name);
      return why === undefined ? [] : [`${name}: ${why}`];
    });
    return { count: own.length + free.length - unfit.length, reasons: [...unfit, ...reasons] };
  }

  async create(marker: Marker, signal: AbortSignal): Promise<void> {
    if ((await this.#sightsOf(marker.id)).length > 0) return this.restart(marker.id, signal);
    for (;;) {
      signal.throwIfAborted();
      const next = await this.#reserveFree();
      const { name } = next.site;
      try {
        const reason = await this.#take(next, marker, signal);
        if (reason === undefined) return;
        this.#unfit.set(name, reason);
      } finally {
        this.#busy.delete(name);
      }
    }
  }

  /** A host cannot be switched on from here: it is looked at again, and what lacks of the worker is put there. */
  async restart(id: number, signal: AbortSignal): Promise<void> {
    for (const { site } of await this.#sightsOf(id)) {
      const sight = await this.#lookAgain(site, signal);
      if (sight.kind === "unreachable") throw new UserError(sight.reason, { exitCode: 5 });
      const marker = markerOn(sight, await this.#all(), this.#surveyor.poolKey);
      const isWhole = sight.facts.hasKey && sight.facts.workers[this.#surveyor.poolKey] !== undefined;
      if (marker === undefined || isWhole) continue;
      const reason = await this.#take(sight, marker, signal);
      if (reason !== undefined) throw new UserError(`${site.name} ${reason}.`);
    }
  }

  async terminate(id: number): Promise<void> {
    for (const { site } of await this.#sightsOf(id)) {
      await wipeHost(site, id, { ...this.#surveyor, turn: await this.#turn(), onFenced: () => this.#fence() });
      // With the pool's key gone nobody can log in any more where the inventory does not say how.
      await this.#lookAgain(site.isRemembered ? { ...site, isDropped: true } : site);
    }
  }

  async readRecord(): Promise<PoolRecord | undefined> {
    const home = await readJson<PoolRecord>(join(this.#folder, "pool.json"));
    const rosters = (await this.#all()).flatMap((sight) =>
      sight.kind === "reached" ? (sight.facts.roster ?? []) : [],
    );
    const all = [
      ...(home === undefined ? [] : [home]),
      ...rosters.map(({ epoch, generation, workers }) => ({
        epoch,
        generation,
        lastWorkerId: Math.max(0, ...workers.map(({ id }) => id)),
      })),
    ];
    if (all.length === 0) return undefined;
    const most = (pick: (record: PoolRecord) => number): number => Math.max(...all.map(pick));
    return {
      epoch: most(({ epoch }) => epoch),
      generation: most(({ generation }) => generation),
      lastWorkerId: most(({ lastWorkerId }) => lastWorkerId),
      ...(home?.ending === true ? { ending: true } : {}),
    };
  }

  /** The rosters on the hosts say the same to other computers. */
  async writeRecord(record: PoolRecord): Promise<void> {
    await makeFolder(this.#folder);
    await writeJson(join(this.#folder, "pool.json"), record);
  }

  /** Of processes on this computer one has it; of computers the later one: hosts refuse whoever acts with an older turn. */
  async lock(signal: AbortSignal): Promise<PoolLock> {
    const lock = await lockPool(this.#folder, this.#options.pool, { signal });
    this.#lockedAt = Date.now();
    this.#survey = undefined;
    return {
      isHeld: () => !this.#isFenced && lock.isHeld(),
      [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
    };
  }

  async cleanUp(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    await rmdir(dirname(this.#folder)).catch(() => {});
  }

  get #applicant() {
    return { poolKey: this.#surveyor.poolKey, resources: this.#options.resources };
  }

  #all(): Promise<Sight[]> {
    this.#survey ??= this.#lookAtAll();
    return this.#survey;
  }

  async #lookAtAll(): Promise<Sight[]> {
    const inventory = lookForInventory(this.#options.inventory);
    // Where the file is gone, a pool that is there has at least its own hosts: their addresses are known.
    if (inventory === undefined && this.#options.known === undefined) throw noInventory(this.#options.inventory);
    const workers = inventory === undefined ? await this.#rememberedWorkers() : this.#known.workers;
    const sites = await sitesOf(inventory, workers, this.#known.user);
    return withNewestRoster(await lookAtAll(sites, this.#surveyor), this.#known.epoch);
  }

  /** A removal that was cut off is in no state; without an inventory nobody can log in again where it was done. */
  async #rememberedWorkers(): Promise<readonly RosterWorker[]> {
    const kept = (await keptRoster(lidoHome(), this.#options.identity)) as Roster | undefined;
    return kept !== undefined && kept.epoch > this.#known.epoch ? kept.workers : this.#known.workers;
  }

  async #lookAgain(site: Sight["site"], signal?: AbortSignal): Promise<Sight> {
    const sight = await lookAt(site, { ...this.#surveyor, ...(signal === undefined ? {} : { signal }) });
    const all = await this.#all();
    all.splice(
      all.findIndex((one) => one.site.name === site.name),
      1,
      sight,
    );
    return sight;
  }

  /** Every host that has, or had when it was last reached, the worker with that id. */
  async #sightsOf(id: number): Promise<Sight[]> {
    const all = await this.#all();
    return all.filter((sight) =>
      sight.kind === "reached"
        ? markerOn(sight, all, this.#surveyor.poolKey)?.id === id
        : sight.site.known?.id === id && sight.site.isDropped === undefined,
    );
  }

  /** undefined when the host is the worker's now, else why not. */
  async #take(
    { site }: Extract<Sight, { kind: "reached" }>,
    marker: Marker,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const visit = { ...this.#surveyor, signal, turn: await this.#turn(), onFenced: () => this.#fence() };
    const reason = await takeHost(site, { ...marker, host: site.name }, visit).catch(whyOf(signal));
    const refused = reason ?? (await checkedLogin(site, visit));
    if (refused !== undefined && reason === undefined) await wipeHost(site, marker.id, visit);
    await this.#lookAgain(site, signal);
    return refused;
  }

  async #turn(): Promise<number> {
    const seen = (await this.#all()).map((sight) => (sight.kind === "reached" ? sight.facts.turn : 0));
    return Math.max(this.#lockedAt, ...seen.map((turn) => (turn > this.#lockedAt ? turn + 1 : 0)));
  }

  #fence(): void {
    this.#isFenced = true;
  }

  /** Nobody else is given it before `#busy` lets it go. @throws UserError that says of each host why it is not free */
  async #reserveFree(): Promise<Extract<Sight, { kind: "reached" }>> {
    const { free, own, reasons } = candidates(await this.#all(), this.#applicant);
    const next = free.find(({ site: { name } }) => !this.#busy.has(name) && !this.#unfit.has(name));
    if (next !== undefined) {
      this.#busy.add(next.site.name);
      return next;
    }
    const others = free.map(
      ({ site: { name } }) => `${name}: ${this.#unfit.get(name) ?? "another worker of this pool is being made there"}`,
    );
    const lines = [...others, ...own, ...reasons].map((reason) => `    ${reason}`);
    throw new UserError(`no host of the inventory ${this.#options.inventory} is free for it:\n${lines.join("\n")}`, {
      exitCode: 8,
    });
  }
}

function whyOf(signal: AbortSignal): (error: unknown) => string {
  return (error) => {
    signal.throwIfAborted();
    if (!(error instanceof UserError)) throw error;
    return error.message;
  };
}
