/**
 * Hosts as a user has them: each OpenSSH's own sshd with Debian's settings on port 22 of an address of its own (in
 * 127.0.0.0/8 unless it gets a network), with a home, a /var/tmp and processes of its own (mount and pid namespaces).
 * Needs root on Linux.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Disk } from "./disks.ts";
import { eventually } from "./eventually.ts";
import type { Network } from "./networks.ts";

const SSHD = "/usr/sbin/sshd";

/** Why hosts cannot be made here; undefined where they can. */
export const noHosts: string | undefined = (() => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
  if (!existsSync(SSHD)) return `needs ${SSHD}`;
  const tried = spawnSync("unshare", ["--mount", "--pid", "--fork", "--mount-proc", "true"]);
  return tried.status === 0 ? undefined : "needs mount and pid namespaces";
})();

export interface HostOptions {
  /** Shell text that runs in the host's namespaces before its sshd. $folder is the host's own folder. */
  readonly before?: string;
  /** More lines for sshd_config. */
  readonly config?: string;
  /** Its home is this disk; unless given, a folder of the lab. */
  readonly disk?: Disk;
  /** It is the only host there. */
  readonly network?: Network;
}

/** A process of a host, as this computer sees it. */
export interface HostProcess {
  readonly pid: number;
  /** Its pid there. */
  readonly inner: number;
  readonly command: string;
}

export interface SshHost {
  readonly address: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  /** What the host sees as /root. */
  readonly home: string;
  /** What it sees as /var/tmp. */
  readonly temporary: string;
  /** A fresh host key, as of a machine that was made anew. */
  renewHostKey(): void;
  /** With the same disk as before and another boot id. */
  start(): Promise<void>;
  /** As if its power was cut. */
  stop(): Promise<void>;
  /** Runs there, outside of SSH. */
  shell(command: string): string;
  /** Commands of what runs there beside sshd itself and its connections. */
  processes(): readonly string[];
  /** All that runs there, sshd included, but for process 1. */
  everyProcess(): readonly HostProcess[];
}

/** A lab: a folder, a user with one key, and hosts. */
export class Lab implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "lido-lab-"));
  /** The user's private key file. */
  readonly identityFile = join(this.folder, "user_key");
  readonly #net = `127.${20 + Math.floor(Math.random() * 200)}.${Math.floor(Math.random() * 250)}`;
  readonly #hosts: Host[] = [];

  constructor() {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "user@lab", "-f", this.identityFile]);
    // sshd wants its privilege separation folder, which Debian's service makes.
    mkdirSync("/run/sshd", { recursive: true });
  }

  /** An address of the lab that nobody listens on. */
  address(number: number): string {
    return `${this.#net}.${number}`;
  }

  async host(options: HostOptions = {}): Promise<SshHost> {
    const host = this.prepareHost(options);
    await host.start();
    return host;
  }

  prepareHost(options: HostOptions = {}): SshHost {
    const number = this.#hosts.length + 2;
    const host = new Host(
      join(this.folder, `host-${number}`),
      options.network?.address ?? this.address(number),
      options,
    );
    host.authorize(readFileSync(`${this.identityFile}.pub`, "utf8"));
    this.#hosts.push(host);
    return host;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.stop()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Host implements SshHost {
  readonly address: string;
  readonly home: string;
  readonly temporary: string;
  readonly #folder: string;
  readonly #options: HostOptions;
  #init: ChildProcess | undefined;

  constructor(folder: string, address: string, options: HostOptions) {
    this.address = address;
    this.#folder = folder;
    this.#options = options;
    this.home = options.disk?.outside ?? join(folder, "home");
    this.temporary = join(folder, "var-tmp");
    mkdirSync(this.home, { recursive: true, mode: 0o700 });
    mkdirSync(this.temporary, { recursive: true });
    execFileSync("chmod", ["1777", this.temporary]);
    for (const name of [".bashrc", ".profile"]) {
      if (existsSync(join("/etc/skel", name))) cpSync(join("/etc/skel", name), join(this.home, name));
    }
    this.renewHostKey();
  }

  get hostKey(): string {
    const [type, key] = readFileSync(join(this.#folder, "host_key.pub"), "utf8").split(" ");
    return `${type} ${key}`;
  }

  authorize(publicKey: string): void {
    mkdirSync(join(this.home, ".ssh"), { mode: 0o700 });
    writeFileSync(join(this.home, ".ssh", "authorized_keys"), publicKey, { mode: 0o600 });
  }

  renewHostKey(): void {
    for (const name of ["host_key", "host_key.pub"]) rmSync(join(this.#folder, name), { force: true });
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(this.#folder, "host_key")]);
  }

  async start(): Promise<void> {
    const folder = this.#folder;
    const { disk, network, before } = this.#options;
    writeFileSync(join(folder, "sshd_config"), this.#config());
    writeFileSync(join(folder, "boot_id"), `${randomUUID()}\n`);
    const script = [
      "set -e",
      `folder=${folder}`,
      "mount --make-rprivate /",
      `mount --bind ${disk?.inside ?? "$folder/home"} /root`,
      "mount --bind $folder/var-tmp /var/tmp",
      "mount --bind $folder/boot_id /proc/sys/kernel/random/boot_id",
      before ?? "",
      // Not exec: process 1 must take on and bury whoever loses its parent, as an init does.
      `${SSHD} -D -e -f $folder/sshd_config & wait $!`,
    ].join("\n");
    const command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", script];
    const where = [
      ...(disk === undefined ? [] : ["nsenter", "-t", String(disk.namespace), "-m"]),
      ...(network === undefined ? [] : ["nsenter", "-t", String(network.namespace), "-n"]),
    ];
    // It ends with this process, however that ends.
    const init = spawn("setpriv", ["--pdeathsig", "KILL", ...where, ...command], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH: process.env.PATH, HOME: "/root" },
    });
    let log = "";
    init.stderr.on("data", (chunk: Buffer) => {
      log += chunk.toString();
    });
    await eventually(() => log.includes("Server listening") || init.exitCode !== null, `sshd listens: ${log}`);
    if (init.exitCode !== null) throw new Error(`the host does not start: ${log}`);
    this.#init = init;
  }

  async stop(): Promise<void> {
    const init = this.#init;
    this.#init = undefined;
    if (init === undefined) return;
    init.kill("SIGKILL");
    // One that somebody else killed has said so long ago.
    await eventually(() => init.exitCode !== null || init.signalCode !== null, `the processes of ${this.address} end`);
    const { network } = this.#options;
    await eventually(() => !isListening(this.address, network?.namespace), `${this.address} is down`);
  }

  shell(command: string): string {
    const pid = this.#first();
    return execFileSync("nsenter", ["-t", String(pid), "-m", "-p", "sh", "-c", command], { encoding: "utf8" });
  }

  processes(): readonly string[] {
    return this.everyProcess()
      .map(({ command }) => command)
      .filter((command) => !/^(sshd: |\/usr\/sbin\/sshd )/.test(command));
  }

  everyProcess(): readonly HostProcess[] {
    const first = this.#first();
    const namespace = readlinkSync(`/proc/${first}/ns/pid`);
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && Number(name) !== first)
      .flatMap((pid) => processIn(Number(pid), namespace) ?? []);
  }

  /** Process 1 of the host. */
  #first(): number {
    const { pid } = this.#init ?? {};
    if (pid === undefined) throw new Error(`${this.address} is down`);
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
  }

  /** Debian's own settings, and which address and key are this host's. */
  #config(): string {
    const stock = "/etc/ssh/sshd_config";
    return [
      `ListenAddress ${this.address}:22`,
      `HostKey ${join(this.#folder, "host_key")}`,
      `PidFile ${join(this.#folder, "sshd.pid")}`,
      this.#options.config ?? "",
      existsSync(stock) ? readFileSync(stock, "utf8") : "",
    ].join("\n");
  }
}

function processIn(pid: number, namespace: string): HostProcess | undefined {
  try {
    if (readlinkSync(`/proc/${pid}/ns/pid`) !== namespace) return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    const [, inner] = /^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return command === "" ? undefined : { pid, inner: Number(inner), command };
  } catch {
    return undefined;
  }
}

/** As a process sees it; unless given, this one. */
function isListening(address: string, pid: number | "self" = "self"): boolean {
  const hex = address
    .split(".")
    .toReversed()
    .map((part) => Number(part).toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
  return readFileSync(`/proc/${pid}/net/tcp`, "utf8").includes(` ${hex}:0016 00000000:0000 0A`);
}
