/** A pool's view of a lab: hosts behind sshd, an inventory of them, a LIDO_HOME of the test. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machines } from "../../../provider/machines/machines.ts";
import { type SshOptions, sshMachines } from "../../../provider/machines/ssh/ssh.ts";
import { generateKeyPair } from "../../../worker/index.ts";
import { Lab, type SshHost } from "../../support/ssh-hosts.ts";

export class SshGround implements AsyncDisposable {
  readonly lab = new Lab();
  readonly keys = generateKeyPair();
  readonly #before = { LIDO_HOME: process.env.LIDO_HOME, LIDO_HOSTS: process.env.LIDO_HOSTS };

  constructor() {
    process.env.LIDO_HOME = join(this.lab.folder, "lido");
    process.env.LIDO_HOSTS = join(this.lab.folder, "hosts.yaml");
  }

  /** `hosts`: lines of YAML below `hosts:`, one for each host. */
  inventory(hosts: readonly string[], defaults: readonly string[] = ["hostKey: trust-first"]): void {
    const lines = [`identityFile: ${this.lab.identityFile}`, ...defaults].map((line) => `  ${line}\n`);
    const text = `lab:\n${lines.join("")}  hosts:\n${hosts.map((host) => `    - ${host}\n`).join("")}`;
    writeFileSync(join(this.lab.folder, "hosts.yaml"), text);
  }

  source(pool = "p", options: Partial<SshOptions> = {}): Machines {
    return sshMachines({
      inventory: "lab",
      pool,
      identity: `organization/test/dev/${pool}`,
      resources: { ordered: false, anyOf: [] },
      publicKey: this.keys.public,
      privateKey: this.keys.private,
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]();
    for (const [name, value] of Object.entries(this.#before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** What lies on a host beside what a fresh one has. */
export function leftOn(host: SshHost): string[] {
  const homes = readdirSync(host.home).filter((name) => ![".bashrc", ".profile", ".ssh"].includes(name));
  const keys = existsSync(join(host.home, ".ssh")) ? readdirSync(join(host.home, ".ssh")) : [];
  const left = [...homes, ...keys.filter((name) => name !== "authorized_keys"), ...readdirSync(host.temporary)];
  return [...left.map((name) => `${host.address} ${name}`), ...host.processes()];
}
