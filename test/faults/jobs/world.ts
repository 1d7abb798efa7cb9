/** All that one seed needs: machines behind bad networks, a controller, a ledger, and a roster that joins them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JobRow } from "../../../runner/api.ts";
import type { Roster } from "../../../worker/index.ts";
import { job, POINTER, roster } from "../../runner/core/fixtures.ts";
import { Disks } from "../../support/disks.ts";
import { noNetworks } from "../../support/networks.ts";
import { Lab, noHosts } from "../../support/ssh-hosts.ts";
import { Daemon } from "./daemon.ts";
import { jobScript } from "./job-script.ts";
import { Ledger } from "./ledger.ts";
import { Machine } from "./machine.ts";
import { LEASE_SECONDS, type Plan } from "./plan.ts";

const noLab = noHosts ?? noNetworks;
/** Where the lab cannot be had it is a named skip, but for CI, where it is a failure. */
export const skipLab = noLab !== undefined && process.env.CI === undefined;
export const whyNot = noLab === undefined ? "" : ` (${noLab})`;

const CONTROLLER_KIB = 8_192;

export class World implements AsyncDisposable {
  readonly lab: Lab;
  readonly ledger: Ledger;
  readonly machines: readonly Machine[];
  readonly daemon: Daemon;
  readonly #disks: Disks;

  static async open(machines: number, env: NodeJS.ProcessEnv = {}): Promise<World> {
    if (noLab !== undefined) throw new Error(`The fault lab ${noLab}.`);
    const lab = new Lab();
    const disks = await Disks.open();
    const ledger = new Ledger(join(lab.folder, "ledger"));
    const ids = Array.from({ length: machines }, (_, index) => index + 1);
    const started = await Promise.all(ids.map((id) => Machine.start(id, lab, { disks, ledger })));
    return new World({ lab, disks, ledger, machines: started }, env);
  }

  private constructor(
    parts: { lab: Lab; disks: Disks; ledger: Ledger; machines: readonly Machine[] },
    env: NodeJS.ProcessEnv,
  ) {
    this.lab = parts.lab;
    this.ledger = parts.ledger;
    this.machines = parts.machines;
    this.#disks = parts.disks;
    mkdirSync(join(this.lab.folder, "clock"));
    this.setClock(0);
    const disk = this.#disks.make(join(this.lab.folder, "c"), CONTROLLER_KIB);
    this.daemon = new Daemon(disk, { ...env, LIDO_LAB_CLOCK: this.#clockFile });
  }

  machine(id: number): Machine {
    const found = this.machines.find((one) => one.id === id);
    if (found === undefined) throw new Error(`there is no machine ${id}`);
    return found;
  }

  /** How many seconds the controller's clock is ahead. */
  setClock(seconds: number): void {
    writeFileSync(this.#clockFile, String(seconds * 1000));
  }

  get #clockFile(): string {
    return join(this.lab.folder, "clock", "ms");
  }

  /** Once, whatever happens to the controller meanwhile: jobs 1 to N. */
  async submit(plan: Plan): Promise<void> {
    for (;;) {
      const { rows } = await this.daemon.call("queue", { limit: 1 });
      if (rows.length > 0) return;
      const client = await this.daemon.client();
      const jobRecovery = {
        onDisconnect: plan.policy,
        ...(plan.policy === "lease" && { leaseSeconds: LEASE_SECONDS }),
      };
      const resources = { ordered: false, anyOf: [{ jobRecovery }] };
      const spec = job({ run: jobScript(plan.ranks, this.ledger.path), resources });
      const params = { job: spec, numJobs: plan.ranks.length, roster: this.#roster(), pointer: POINTER, user: "lab" };
      const refused = await client.call("submit", params).then(
        () => undefined,
        (error: unknown) => error,
      );
      // What broke off may have been taken: the queue knows.
      if (refused instanceof Error && "wire" in refused && refused.wire !== "Closed") throw refused;
    }
  }

  async rows(): Promise<readonly JobRow[]> {
    const { rows } = await this.daemon.call("queue", { limit: 10_000 });
    return rows.toSorted((a, b) => a.id - b.id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await Promise.all(this.machines.map((machine) => machine[Symbol.asyncDispose]()));
    await this.lab[Symbol.asyncDispose]();
    await this.#disks[Symbol.asyncDispose]();
  }

  #roster(): Roster {
    const made = roster(this.machines.map((machine) => machine.rosterEntry()));
    return { ...made, ssh: { user: "root", keyRef: this.lab.identityFile } };
  }
}
