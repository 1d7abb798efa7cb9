/**
 * The life of one pool, change by change, each of which may be struck by a fault. After each the pool must be what it
 * would be without: the same result, no machine, process or folder too many, and no job killed.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect, isDeepStrictEqual } from "node:util";
import { eventually } from "../../support/eventually.ts";
import { type Change, type Fault, isAfterDrain, type Life } from "./cases.ts";
import { LongJob } from "./job.ts";
import { processesNaming } from "./processes.ts";
import type { FaultStack, Running, Wanted } from "./stack.ts";
import { strike } from "./strike.ts";

const FIRST: Wanted = { workers: 2, setup: "echo 1 > version" };

type Servers = ReadonlyMap<string, number | undefined>;

export class History {
  readonly #stack: FaultStack;
  readonly #troubles: string[] = [];
  #wanted: Wanted = FIRST;
  #version = 1;
  #now = "";

  constructor(stack: FaultStack) {
    this.#stack = stack;
  }

  /** Everything that was not as it should be; the life ends with the change that had trouble. */
  async live(life: Life): Promise<readonly string[]> {
    for (const { change, fault } of life) {
      this.#now = [change, ...(fault === undefined ? [] : [fault.at, fault.kill])].join(" ");
      await this.#go(change, fault).catch((error: unknown) => this.#troubles.push(`${this.#now}: ${String(error)}`));
      if (this.#troubles.length > 0) break;
    }
    return this.#troubles;
  }

  #expect(what: string, actual: unknown, expected: unknown): void {
    if (isDeepStrictEqual(actual, expected)) return;
    this.#troubles.push(`${this.#now}: ${what}: ${inspect(actual)} and not ${inspect(expected)}`);
  }

  /** Carries out one change, with `fault` in the middle if there is one, and looks whether all is as it should be. */
  async #go(change: Change, fault?: Fault): Promise<void> {
    this.#wanted = this.#next(change);
    const before = await this.#servers();
    const leaves = change === "roll" || change === "destroy";
    const idle = change === "create" || (leaves && fault !== undefined && isAfterDrain(fault));
    const job = idle ? undefined : await this.#busy();
    if (fault !== undefined) {
      await strike(this.#stack, this.#begin(change, fault.at), fault.kill);
      if (job !== undefined) this.#expect("the job runs after the fault", await job.isRunning(), true);
      await this.#stack.unlock();
    }
    const { ended } = this.#begin(change);
    const wrote = leaves ? await job?.finish() : undefined;
    const { code, output } = await ended;
    if (code !== 0) this.#troubles.push(`${this.#now}: the next one ended with ${code}:\n${output}`);
    this.#expect("the job wrote", leaves ? wrote : await job?.finish(), job === undefined ? undefined : "start\nend\n");
    await this.#check(change, before);
  }

  #next(change: Change): Wanted {
    switch (change) {
      case "create":
        return FIRST;
      case "grow":
        return { ...this.#wanted, workers: this.#wanted.workers + 1 };
      case "shrink":
        return { ...this.#wanted, workers: this.#wanted.workers - 1 };
      case "roll":
        this.#version += 1;
        return { ...this.#wanted, setup: `echo ${this.#version} > version` };
      case "destroy":
        return this.#wanted;
    }
  }

  #begin(change: Change, pauseAt?: string): Running {
    return change === "destroy" ? this.#stack.destroy(this.#wanted, pauseAt) : this.#stack.up(this.#wanted, pauseAt);
  }

  /** On the oldest worker: it stays when the pool shrinks, since the idle ones go first, and goes when it rolls. */
  async #busy(): Promise<LongJob> {
    return LongJob.start(await this.#stack.connect(Number(this.#stack.workerFolders[0])), this.#stack.folder);
  }

  async #servers(): Promise<Servers> {
    const names = this.#stack.workerFolders;
    return new Map(
      await Promise.all(names.map(async (name) => [name, await this.#stack.serverPid(Number(name))] as const)),
    );
  }

  async #check(change: Change, before: Servers): Promise<void> {
    const { lidoHome, workerFolders } = this.#stack;
    if (change === "destroy") {
      this.#expect("what is left of the pool", existsSync(lidoHome) ? readdirSync(lidoHome) : [], []);
      return this.#checkProcesses([]);
    }
    const { workers = [] } = (await this.#stack.outputs()) ?? {};
    const ids = workers.map(({ id }) => String(id));
    const states = workers.map(({ state, reason }) => `${state}${reason}`);
    this.#expect("workers in the state", states, Array(this.#wanted.workers).fill("READY"));
    this.#expect("folders of workers", workerFolders, ids);
    const after = await this.#servers();
    if (change === "grow") this.#expect("those before", new Map([...after].filter(([id]) => before.has(id))), before);
    if (change === "shrink") this.#expect("those that stayed", new Map([...before, ...after]), before);
    if (change === "roll")
      this.#expect(
        "those not replaced",
        ids.filter((id) => before.has(id)),
        [],
      );
    const made = ids.map((id) => readFileSync(join(this.#stack.home(Number(id)), "sky_workdir/version"), "utf8"));
    this.#expect("what setup made", made, Array(ids.length).fill(`${this.#version}\n`));
    await this.#checkProcesses([...after.values()]);
  }

  /** One server for each worker, and the supervisors of slots that ran a job: nobody else. */
  async #checkProcesses(servers: readonly (number | undefined)[]): Promise<void> {
    const others = () =>
      processesNaming(this.#stack.folder).filter(
        ({ pid, command }) => !servers.includes(pid) && !command.includes("supervisor.sh"),
      );
    // Agents end when they see that their connection is gone.
    await eventually(() => others().length === 0, "nobody else is left", 5_000).catch(() => {});
    this.#expect("other processes", others(), []);
  }
}
