/**
 * A worker of the fault lab: a host with a network namespace of its own behind a bad network, and the ways to strike it.
 * Each strike lasts until the function that it answers is called. What ended on it is told to the ledger before anybody
 * else can know.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RosterWorker } from "../../../worker/index.ts";
import { rosterWorker } from "../../runner/core/fixtures.ts";
import { ChaosProxy } from "../../support/chaos-proxy.ts";
import { type Disk, type Disks, fill, makeRoom } from "../../support/disks.ts";
import { eventually } from "../../support/eventually.ts";
import { Network } from "../../support/networks.ts";
import type { HostProcess, Lab, SshHost } from "../../support/ssh-hosts.ts";
import { isAlive, kill9 } from "../pool/processes.ts";
import type { Ledger } from "./ledger.ts";

export type Undo = () => unknown;

const DISK_KIB = 4_096;

export class Machine implements AsyncDisposable {
  readonly id: number;
  readonly host: SshHost;
  readonly proxy: ChaosProxy;
  readonly #disk: Disk;
  readonly #network: Network;
  readonly #ledger: Ledger;
  /** Power goes off and on one after the other. */
  #power: Promise<void> = Promise.resolve();
  #outages = 0;
  #isOn = true;

  static async start(id: number, lab: Lab, { disks, ledger }: { disks: Disks; ledger: Ledger }): Promise<Machine> {
    const disk = disks.make(join(lab.folder, `disk-${id}`), DISK_KIB);
    writeFileSync(join(disk.outside, "machine"), `${id}\n`);
    const network = await Network.open();
    const host = await lab.host({ disk, network });
    const proxy = await ChaosProxy.open({ host: host.address, port: 22 });
    return new Machine(id, { host, disk, network, ledger, proxy });
  }

  private constructor(
    id: number,
    parts: { host: SshHost; disk: Disk; network: Network; ledger: Ledger; proxy: ChaosProxy },
  ) {
    this.id = id;
    this.host = parts.host;
    this.proxy = parts.proxy;
    this.#disk = parts.disk;
    this.#network = parts.network;
    this.#ledger = parts.ledger;
  }

  rosterEntry(): RosterWorker {
    return rosterWorker(this.id, { name: `p-${this.id}`, port: this.proxy.port, hostKey: this.host.hostKey });
  }

  /** Nobody is told: what was connected stays silent until the machine is back, and then hears a reset. */
  cutPower(): Undo {
    this.#ledger.mark("loss", this.id);
    this.#network.unplug();
    this.proxy.vanish();
    this.proxy.setWeather({ stalled: true });
    this.#outages += 1;
    this.#isOn = false;
    this.#power = this.#power.then(async () => {
      await this.host.stop();
      for (const { job, attempt } of this.#ledger.open(this.id)) this.#ledger.mark("dead", job, attempt);
    });
    return () => {
      this.#outages -= 1;
      this.#power = this.#power.then(async () => {
        if (this.#outages > 0 || this.#isOn) return;
        this.#network.plug();
        await this.host.start();
        this.#isOn = true;
        this.proxy.setWeather({});
        this.proxy.reset();
      });
      return this.#power;
    };
  }

  fillDisk(): Undo {
    fill(this.#disk);
    return () => makeRoom(this.#disk);
  }

  freezeSshd(): Undo {
    const frozen = this.#processes(/^(sshd: |\/usr\/sbin\/sshd )/);
    for (const one of frozen) signal(one, "SIGSTOP");
    return () => frozen.forEach((one) => signal(one, "SIGCONT"));
  }

  killSessions(): void {
    for (const { pid } of this.#processes(/^sshd: /).filter(({ command }) => !command.includes("[listener]")))
      kill9(pid);
  }

  /** `alone`: its job lives on. Otherwise both die, and no word of it leaves the machine before the ledger has it. */
  async killSupervisor(alone: boolean): Promise<void> {
    this.#ledger.mark("loss", this.id);
    const witnesses = this.#processes(/^sshd: |agent\.sh/);
    for (const one of witnesses) signal(one, "SIGSTOP");
    const jobs = alone ? [] : this.#ledger.open(this.id).flatMap((open) => this.#processOf(open.pid) ?? []);
    const victims = [...this.#processes(/\/supervisor\.sh /), ...jobs];
    for (const { pid } of victims) kill9(pid);
    await eventually(() => victims.every(({ pid }) => !isAlive(pid)), "what was killed is gone");
    if (!alone) this.noteDeaths();
    for (const one of witnesses) signal(one, "SIGCONT");
  }

  /** Tells the ledger which attempts have no process any more. */
  noteDeaths(): void {
    if (!this.#isOn) return;
    for (const { job, attempt, pid } of this.#ledger.open(this.id)) {
      if (this.#processOf(pid) === undefined) this.#ledger.mark("dead", job, attempt);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#power;
    await this.proxy[Symbol.asyncDispose]();
    await this.host.stop();
    await this.#network[Symbol.asyncDispose]();
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  #processes(pattern: RegExp): readonly HostProcess[] {
    if (!this.#isOn) return [];
    return this.host.everyProcess().filter(({ command }) => pattern.test(command));
  }

  /** The job that has this pid there. */
  #processOf(inner: number): HostProcess | undefined {
    return this.#processes(/\/jobs\/[^ ]+\/run$/).find((one) => one.inner === inner);
  }
}

function signal({ pid }: HostProcess, name: "SIGSTOP" | "SIGCONT"): void {
  try {
    process.kill(pid, name);
  } catch {
    // It was gone before.
  }
}
