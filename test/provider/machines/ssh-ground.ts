/** A pool's view of a lab: hosts behind sshd, an inventory of them, a LIDO_HOME of the test. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machines } from "../../../provider/machines/machines.ts";
import { type SshOptions, sshMachines } from "../../../provider/machines/ssh/ssh.ts";
import { generateKeyPair } from "../../../worker/index.ts";
import { Lab, type SshHost } from "../../support/ssh-hosts.ts";

const VARIABLES = ["LIDO_HOME", "LIDO_HOSTS", "HOME", "SSH_AUTH_SOCK"] as const;

export class SshGround implements AsyncDisposable {
  readonly lab = new Lab();
  readonly keys = generateKeyPair();
  readonly #before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));

  constructor() {
    mkdirSync(join(this.lab.folder, "user", ".ssh"), { recursive: true });
    this.env({ LIDO_HOME: join(this.lab.folder, "lido"), LIDO_HOSTS: join(this.lab.folder, "hosts.yaml") });
    // A user without an agent, whose own files of ssh are the test's.
    this.env({ HOME: join(this.lab.folder, "user"), SSH_AUTH_SOCK: "" });
    this.sshConfig([]);
  }

  env(variables: Readonly<Partial<Record<(typeof VARIABLES)[number], string>>>): void {
    Object.assign(process.env, variables);
  }

  /** Lines of ~/.ssh/config; what it does not say of known hosts and keys is nothing. */
  sshConfig(lines: readonly string[]): void {
    const rest = ["Host *", "UserKnownHostsFile ~/none", "GlobalKnownHostsFile /nonexistent", "IdentityFile ~/none"];
    writeFileSync(join(this.lab.folder, "user", ".ssh", "config"), [...lines, ...rest, ""].join("\n"));
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
      // oxlint-disable-next-line typescript/no-dynamic-delete
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
