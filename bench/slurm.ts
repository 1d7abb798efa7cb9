/**
 * Slurm of one node with eight slots, in a folder of its own and on the loopback: munged, slurmctld and slurmd run as root
 * for as long as it is measured, and nothing of the computer's own Slurm is touched.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../test/support/openssh.ts";
import type { Bench } from "./bench.ts";
import { end } from "./child.ts";
import { BenchError } from "./command.ts";
import { notInstalled } from "./installed.ts";

const READY_MS = 30_000;
const LOOK_MS = 50;

/** Why it cannot run here; undefined where it can. */
export function noSlurm(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
  return notInstalled(["slurmctld", "slurmd", "munged"]);
}

export class Slurm implements AsyncDisposable {
  readonly #bench: Bench;
  readonly #config: string;
  readonly #daemons: ChildProcess[] = [];

  static async open(bench: Bench, slots: number): Promise<Slurm> {
    const folder = join(bench.place.folder, "slurm");
    for (const name of ["", "state", "spool"]) mkdirSync(join(folder, name), { mode: 0o755 });
    writeFileSync(join(folder, "munge.key"), randomBytes(128), { mode: 0o600 });
    // munged looks at who may write the folders above its socket.
    chmodSync(bench.place.folder, 0o755);
    const config = join(folder, "slurm.conf");
    writeFileSync(config, configOf(folder, { slots, ports: [await freePort(), await freePort()] }));
    const slurm = new Slurm(bench, config);
    try {
      await slurm.#start(folder);
    } catch (error) {
      await slurm[Symbol.asyncDispose]();
      throw error;
    }
    return slurm;
  }

  private constructor(bench: Bench, config: string) {
    this.#bench = bench;
    this.#config = config;
  }

  async #start(folder: string): Promise<void> {
    const inside = (name: string): string => join(folder, name);
    const munge = ["socket", "key-file", "log-file", "pid-file", "seed-file"].map(
      (option) => `--${option}=${inside(`munge.${option.split("-")[0]}`)}`,
    );
    this.#run("munged", ["--foreground", "--force", ...munge]);
    this.#run("slurmctld", ["-D", "-f", this.#config]);
    this.#run("slurmd", ["-D", "-f", this.#config]);
    const deadline = performance.now() + READY_MS;
    while (!(await this.#ask("sinfo -h -o %t")).includes("idle")) {
      if (performance.now() > deadline) throw new BenchError(`Slurm's node is not idle after ${READY_MS / 1000} s.`);
      await delay(LOOK_MS, undefined, { signal: this.#bench.signal });
    }
  }

  #run(program: string, args: readonly string[]): void {
    const { env } = this.#bench.place;
    const more = { SLURM_CONF: this.#config, PATH: `${env["PATH"]}:/usr/sbin` };
    // They end with this process, however that ends.
    const argv = ["--pdeathsig", "TERM", program, ...args];
    this.#daemons.push(spawn("setpriv", argv, { env: { ...env, ...more }, stdio: "ignore" }));
  }

  /** What it prints, and what fails prints nothing: the daemons may not listen yet. */
  async #ask(command: string): Promise<string> {
    const { stdout } = await this.#bench.shell(`SLURM_CONF='${this.#config}' ${command} 2>/dev/null || true`);
    return stdout;
  }

  /** An array of so many tasks that do nothing. @returns milliseconds until none is left */
  async array(tasks: number): Promise<number> {
    const began = performance.now();
    const id = await this.#ask(`sbatch --parsable --array=1-${tasks} --output=/dev/null --chdir=/ --wrap=true`);
    if (!/^\d+/.test(id)) throw new BenchError(`\`sbatch\` took no array of ${tasks} tasks.`);
    while ((await this.#ask(`squeue -h -j ${id.trim()}`)).trim() !== "")
      await delay(LOOK_MS, undefined, { signal: this.#bench.signal });
    return performance.now() - began;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const daemon of this.#daemons.toReversed()) await end(daemon);
  }
}

function configOf(folder: string, options: { readonly slots: number; readonly ports: readonly number[] }): string {
  const node = hostname().split(".")[0];
  const [controller, daemon] = options.ports;
  return Object.entries({
    ClusterName: "bench",
    SlurmctldHost: `${node}(127.0.0.1)`,
    SlurmUser: "root",
    AuthType: "auth/munge",
    AuthInfo: `socket=${join(folder, "munge.socket")}`,
    SlurmctldPort: controller,
    SlurmdPort: daemon,
    SlurmctldPidFile: join(folder, "slurmctld.pid"),
    SlurmdPidFile: join(folder, "slurmd.pid"),
    SlurmdSpoolDir: join(folder, "spool"),
    StateSaveLocation: join(folder, "state"),
    SlurmctldLogFile: join(folder, "slurmctld.log"),
    SlurmdLogFile: join(folder, "slurmd.log"),
    // No cgroups: they are not everybody's to make.
    ProctrackType: "proctrack/linuxproc",
    TaskPlugin: "task/none",
    JobAcctGatherType: "jobacct_gather/none",
    AccountingStorageType: "accounting_storage/none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_CPU",
    SchedulerParameters: "sched_min_interval=0",
    SlurmdParameters: "config_overrides",
    ReturnToService: 2,
    MaxArraySize: 10_001,
    MaxJobCount: 20_000,
    NodeName: `${node} NodeAddr=127.0.0.1 CPUs=${options.slots} State=UNKNOWN`,
    PartitionName: "all Nodes=ALL Default=YES State=UP MaxTime=INFINITE",
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
