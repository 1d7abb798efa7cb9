/** One stack of the faults' project: its pool as the engine makes it, as its machines are, and as its processes are. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { PoolOutputs } from "../../../provider/inputs.ts";
import { livingServer } from "../../../provider/machines/local/server-process.ts";
import type { UpdatePolicy } from "../../../spec/index.ts";
import { connectWorker, poolKey, type Worker } from "../../../worker/index.ts";
import { makeProject, type PulumiProject } from "../../support/pulumi-project.ts";
import { kill9, processesNaming } from "./processes.ts";

const PROGRAM = `
import { WorkerPool } from "lido";
const { WORKERS, SETUP, POLICY } = process.env;
new WorkerPool("p", { workers: Number(WORKERS), infra: "local", setup: SETUP, updatePolicy: JSON.parse(POLICY) });
`;

export const faultsProject = (): Promise<PulumiProject> => makeProject(PROGRAM);

export interface Wanted {
  readonly workers: number;
  readonly setup: string;
  readonly policy?: UpdatePolicy;
}

export interface Ran {
  readonly code: number | null;
  /** stdout and stderr. */
  readonly output: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly output: () => string;
  readonly ended: Promise<Ran>;
}

export class FaultStack implements AsyncDisposable {
  readonly folder: string;
  readonly lidoHome: string;
  readonly #project: PulumiProject;
  readonly #name: string;
  readonly #identity: string;

  static async create(project: PulumiProject, name: string): Promise<FaultStack> {
    const stack = new FaultStack(project, name);
    mkdirSync(stack.folder);
    await stack.run(["stack", "init"], { workers: 0, setup: "" }).ended;
    return stack;
  }

  private constructor(project: PulumiProject, name: string) {
    this.#project = project;
    this.#name = name;
    this.#identity = `organization/trial/${name}/p`;
    this.folder = join(project.dir, name);
    this.lidoHome = join(this.folder, "lido");
  }

  /** In a process group of its own, so that it gets ^C as from a terminal: all of it. */
  run(args: readonly string[], { workers, setup, policy = {} }: Wanted, pauseAt?: string): Running {
    const child = spawn("pulumi", [...args, "--non-interactive", "--stack", this.#name], {
      cwd: this.#project.dir,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...this.#project.env,
        LIDO_HOME: this.lidoHome,
        WORKERS: String(workers),
        SETUP: setup,
        POLICY: JSON.stringify(policy),
        ...(pauseAt === undefined ? {} : { LIDO_TEST_PAUSE_AT: pauseAt }),
      },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(child, "exit").then(([code]) => ({ code: code as number | null, output }));
    return { child, output: () => output, ended };
  }

  up(wanted: Wanted, pauseAt?: string): Running {
    return this.run(["up", "--yes", "--skip-preview"], wanted, pauseAt);
  }

  destroy(wanted: Wanted, pauseAt?: string): Running {
    return this.run(["destroy", "--yes", "--skip-preview"], wanted, pauseAt);
  }

  /** Where a killed engine left the stack locked: what its user would do. */
  async unlock(): Promise<void> {
    const locks = join(this.#project.dir, "state/.pulumi/locks/organization/trial", this.#name);
    if (existsSync(locks) && readdirSync(locks).length > 0)
      await this.run(["cancel", "--yes"], { workers: 0, setup: "" }).ended;
  }

  get pauseFile(): string {
    return join(this.lidoHome, "paused");
  }

  async outputs(): Promise<PoolOutputs | undefined> {
    const { output } = await this.run(["stack", "export"], { workers: 0, setup: "" }).ended;
    const { deployment } = JSON.parse(output) as {
      deployment: { resources?: { type: string; outputs: PoolOutputs }[] };
    };
    return deployment.resources?.find(({ type }) => type.endsWith("lido:WorkerPool") && type.includes("dynamic"))
      ?.outputs;
  }

  #workers(): string {
    return join(this.lidoHome, "local", poolKey(this.#identity), "workers");
  }

  /** Names of all that lies where workers lie. */
  get workerFolders(): string[] {
    return existsSync(this.#workers()) ? readdirSync(this.#workers()).toSorted((a, b) => Number(a) - Number(b)) : [];
  }

  /** How many workers are set up and get jobs now. */
  get serving(): number {
    const folder = (name: string) => join(this.home(Number(name)), ".lido", poolKey(this.#identity));
    return this.workerFolders.filter(
      (name) =>
        /^\d+$/.test(name) && existsSync(join(folder(name), "ready")) && !existsSync(join(folder(name), "cordon")),
    ).length;
  }

  home(id: number): string {
    return join(this.#workers(), String(id), "home");
  }

  async serverPid(id: number): Promise<number | undefined> {
    return (await livingServer(join(this.#workers(), String(id))))?.pid;
  }

  async connect(id: number): Promise<Worker> {
    const folder = join(this.#workers(), String(id));
    const server = await livingServer(folder);
    const endpoint = {
      name: `p-${id}`,
      host: "127.0.0.1",
      port: server?.port ?? 0,
      user: userInfo().username,
      hostKey: readFileSync(join(folder, "host_key.pub"), "utf8").trim(),
      poolKey: poolKey(this.#identity),
    };
    const privateKey = readFileSync(join(this.lidoHome, "keys", poolKey(this.#identity)), "utf8");
    return connectWorker(endpoint, { privateKey });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid } of processesNaming(this.folder)) kill9(pid);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
