/** Hosts with an sshd each, for a pool and for its peers; needs what test/support/ssh-hosts.ts needs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChaosProxy } from "../test/support/chaos-proxy.ts";
import { Lab, noHosts, type SshHost } from "../test/support/ssh-hosts.ts";
import type { Place } from "./place.ts";

export { noHosts };

/** The first proxy's number among the lab's addresses; a pool tells hosts apart by their addresses. */
const BEHIND = 100;

export class Hosts implements AsyncDisposable {
  readonly lab = new Lab();
  readonly hosts: readonly SshHost[];
  readonly #folder: string;
  readonly #hostsFile: string;
  /** Of each inventory: its lines. */
  readonly #inventories = new Map<string, readonly string[]>();
  readonly #proxies: ChaosProxy[] = [];

  /** The inventory `near` has all of them. */
  static async open(place: Place, count: number): Promise<Hosts> {
    const hosts = new Hosts(place, count);
    try {
      await Promise.all(hosts.hosts.map((host) => host.start()));
    } catch (error) {
      await hosts[Symbol.asyncDispose]();
      throw error;
    }
    return hosts;
  }

  private constructor({ folder, env }: Place, count: number) {
    this.#folder = folder;
    this.#hostsFile = env["LIDO_HOSTS"] ?? "";
    this.hosts = Array.from({ length: count }, () => this.lab.prepareHost());
    const entries = this.hosts.map(({ address, hostKey }) => `    - { host: ${address}, hostKey: ${hostKey} }\n`);
    this.#write("near", entries);
  }

  /** The inventory `far`: the same hosts, each behind a proxy. */
  async behindProxies(): Promise<readonly ChaosProxy[]> {
    const opened = await Promise.all(
      this.hosts.map(({ address }, index) =>
        ChaosProxy.open({ host: address, port: 22 }, this.lab.address(BEHIND + index)),
      ),
    );
    this.#proxies.push(...opened);
    const entries = opened.map(
      ({ port }, index) =>
        `    - { host: ${this.lab.address(BEHIND + index)}, port: ${port}, hostKey: ${this.hosts[index]?.hostKey} }\n`,
    );
    this.#write("far", entries);
    return opened;
  }

  #write(inventory: string, entries: readonly string[]): void {
    this.#inventories.set(inventory, entries);
    const text = [...this.#inventories].map(
      ([name, lines]) => `${name}:\n  identityFile: ${this.lab.identityFile}\n  hosts:\n${lines.join("")}`,
    );
    writeFileSync(this.#hostsFile, text.join(""));
  }

  /** A configuration for `ssh`: the hosts as `h1`, `h2`, …, over connections that stay open or over new ones. */
  sshConfig(connections: "kept" | "new"): string {
    const file = join(this.#folder, `ssh-${connections}`);
    const sockets = join(this.#folder, "cm");
    mkdirSync(sockets, { recursive: true });
    const known = join(this.#folder, "known_hosts");
    writeFileSync(known, this.hosts.map(({ address, hostKey }) => `${address} ${hostKey}\n`).join(""));
    const all = [
      "User root",
      `IdentityFile ${this.lab.identityFile}`,
      "IdentitiesOnly yes",
      `UserKnownHostsFile ${known}`,
      ...(connections === "kept" ? ["ControlMaster auto", `ControlPath ${sockets}/%n`, "ControlPersist yes"] : []),
    ];
    const each = this.hosts.map(({ address }, index) => `Host h${index + 1}\n  HostName ${address}\n`);
    writeFileSync(file, `${each.join("")}Host *\n${all.map((line) => `  ${line}\n`).join("")}`, { mode: 0o600 });
    return file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
    await this.lab[Symbol.asyncDispose]();
  }
}
