/** A Pulumi project of this test run, as a user would have it: its own state, its own LIDO_HOME, lido as its dependency. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, globSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { PoolOutputs } from "../../provider/inputs.ts";
import { processesOfHome } from "../../provider/machines/local/processes.ts";
import { livingServer } from "../../provider/machines/local/server-process.ts";
import { packageRoot } from "../../tools/pulumi/package-root.ts";
import { poolKey } from "../../worker/index.ts";
import { makeProject, type PulumiProject } from "../support/pulumi-project.ts";

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { WorkerPool } from "lido";
const config = new pulumi.Config();
const setup = config.get("setup") ?? "true";
new WorkerPool("p", { workers: config.requireNumber("workers"), infra: "local", setup, secrets: { TOKEN: "s3cret-t0ken" } });
`;

export interface Ran {
  readonly code: number | null;
  /** stdout and stderr. */
  readonly output: string;
}

export class StackFixture implements AsyncDisposable {
  readonly dir: string;
  readonly lidoHome: string;
  readonly env: NodeJS.ProcessEnv;

  static async create(program = PROGRAM): Promise<StackFixture> {
    const fixture = new StackFixture(await makeProject(program));
    await fixture.pulumi("stack", "init", "dev");
    return fixture;
  }

  private constructor({ dir, env }: PulumiProject) {
    this.dir = dir;
    this.lidoHome = join(dir, "lido");
    this.env = { ...env, LIDO_HOME: this.lidoHome };
  }

  /** Makes this the project of the repository's root: its Pulumi.yaml, its program. */
  becomeRootProject(): void {
    for (const name of ["Pulumi.yaml", "program.js"]) cpSync(join(packageRoot(), name), join(this.dir, name));
    symlinkSync(join(packageRoot(), "dist"), join(this.dir, "dist"));
  }

  start(...args: string[]): { readonly child: ChildProcess; readonly ended: Promise<Ran> } {
    const child = spawn("pulumi", [...args, "--non-interactive"], {
      cwd: this.dir,
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(child, "exit").then(([code]) => ({ code: code as number | null, output }));
    return { child, ended };
  }

  pulumi(...args: string[]): Promise<Ran> {
    return this.start(...args).ended;
  }

  async up(config: Readonly<Record<string, string>> = {}): Promise<Ran> {
    await this.configure(config);
    return this.pulumi("up", "--yes", "--skip-preview");
  }

  async configure(config: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, value] of Object.entries(config)) await this.pulumi("config", "set", key, value);
  }

  destroy(): Promise<Ran> {
    return this.pulumi("destroy", "--yes", "--skip-preview");
  }

  /** As `kill -9`. What the engine started for the program would stay behind: it is ended too, but for the provider. */
  async killEngine({ pid }: ChildProcess, provider: number): Promise<void> {
    if (pid === undefined) throw new Error("the engine did not start");
    const text = execFileSync("ps", ["-ax", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
    const all = text.split("\n").map((line) => line.trim().split(/\s+/));
    const children = all.filter(([, parent]) => Number(parent) === pid).map(([child]) => Number(child));
    const shells = all.filter(([child]) => Number(child) === provider).map(([, parent]) => Number(parent));
    process.kill(pid, "SIGKILL");
    for (const child of children) if (child !== provider && !shells.includes(child)) process.kill(child, "SIGKILL");
  }

  /** The pool's outputs as `pulumi stack export` shows them, secrets hidden. */
  async outputs(): Promise<PoolOutputs> {
    const { deployment } = JSON.parse(await this.exported()) as {
      deployment: { resources: { type: string; outputs: PoolOutputs }[] };
    };
    const pool = deployment.resources.find(({ type }) => type === "pulumi-nodejs:dynamic/lido:WorkerPool");
    if (pool === undefined) throw new Error("the state has no pool");
    return pool.outputs;
  }

  async exported(): Promise<string> {
    return (await this.pulumi("stack", "export")).output;
  }

  get poolFolder(): string {
    return this.#folderOf("p");
  }

  #folderOf(pool: string): string {
    return join(this.lidoHome, "local", poolKey(`organization/trial/dev/${pool}`));
  }

  workerFolder(id: number): string {
    return join(this.poolFolder, "workers", String(id));
  }

  /** By worker id. */
  async serverPids(pool = "p"): Promise<Record<string, number | undefined>> {
    const folder = join(this.#folderOf(pool), "workers");
    const ids = existsSync(folder) ? readdirSync(folder) : [];
    const pids = ids.map(async (id) => [id, (await livingServer(join(folder, id)))?.pid] as const);
    return Object.fromEntries(await Promise.all(pids));
  }

  /** The process that changes the pool now. */
  holder(): number | undefined {
    const folder = join(this.poolFolder, "reconcilers");
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+$/.test(name)) : [];
    for (const name of names) {
      const { pid, released } = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
        pid: number;
        released: boolean;
      };
      if (!released) return pid;
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of globSync(join(this.lidoHome, "local", "*", "workers", "*"))) {
      const server = (await livingServer(worker))?.pid;
      const pids = [...(server === undefined ? [] : [server]), ...processesOfHome(join(worker, "home"))];
      for (const each of pids) process.kill(each, "SIGKILL");
    }
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
