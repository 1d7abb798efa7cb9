/** A pool of this test run, in a LIDO_HOME of its own: applied and removed as the engine would. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyInputs, removePool } from "../../provider/change.ts";
import { checkPool } from "../../provider/check.ts";
import type { CheckedInputs, PoolInputs, PoolOutputs } from "../../provider/inputs.ts";
import { workerFolder, workersFolder } from "../../provider/machines/local/paths.ts";
import { processesOfHome } from "../../provider/machines/local/processes.ts";
import { livingServer } from "../../provider/machines/local/server-process.ts";
import type { PoolSpec, UpdatePolicy } from "../../spec/index.ts";
import { connectWorker, poolKey, type RosterWorker, type Worker, type WorkerEvent } from "../../worker/index.ts";

export interface Want extends Partial<Omit<PoolSpec, "size">> {
  readonly workers: number;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly policy?: UpdatePolicy;
}

export class PoolFixture implements AsyncDisposable {
  readonly home = mkdtempSync(join(tmpdir(), "lido-pool-"));
  readonly identity = "organization/test/dev/p";
  readonly lines: string[] = [];
  state: PoolOutputs | undefined;
  readonly #homeBefore = process.env.LIDO_HOME;

  constructor() {
    process.env.LIDO_HOME = join(this.home, "lido");
  }

  readonly report = (line: string): void => {
    this.lines.push(line);
  };

  /** Events of one second come in one line. */
  told(event: string): boolean {
    return this.lines.some((line) => line.split("; ").includes(event));
  }

  async inputs({ workers, secrets = {}, policy = {}, ...spec }: Want): Promise<CheckedInputs> {
    const size = { min: workers, max: workers };
    const nothing = { kind: "pool", resources: { ordered: false, anyOf: [] }, envs: {}, fileMounts: [] } as const;
    const inputs: PoolInputs = {
      pool: "p",
      identity: this.identity,
      spec: { ...nothing, ...spec, size, secrets: {}, updatePolicy: policy },
      secrets,
    };
    const { inputs: checked, failures } = await checkPool(this.state ?? {}, inputs, this.report);
    if (failures !== undefined) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    return checked as CheckedInputs;
  }

  /** One `pulumi up`. A partial failure is thrown, as to the engine, after the state took its outputs. */
  async up(want: Want): Promise<PoolOutputs> {
    const inputs = await this.inputs(want);
    this.lines.length = 0;
    try {
      this.state = await applyInputs(inputs, this.state, this.report);
    } catch (error) {
      const { properties } = error as { properties?: PoolOutputs };
      if (properties !== undefined) this.state = properties;
      throw error;
    }
    return this.state;
  }

  async destroy(): Promise<void> {
    if (this.state !== undefined) await removePool(this.state, this.report);
    this.state = undefined;
  }

  worker(id: number): RosterWorker {
    const found = this.state?.workers.find((worker) => worker.id === id);
    if (found === undefined) throw new Error(`no worker ${id} in the roster`);
    return found;
  }

  folder(id: number): string {
    return workerFolder(this.identity, id);
  }

  async serverPid(id: number): Promise<number> {
    const server = await livingServer(this.folder(id));
    if (server === undefined) throw new Error(`worker ${id} has no server`);
    return server.pid;
  }

  connect(id: number, onEvent: (event: WorkerEvent) => void = () => {}): Promise<Worker> {
    const { name, host, port, hostKey } = this.worker(id);
    const { ssh, privateKey } = this.state as PoolOutputs;
    const endpoint = { name, host, port, hostKey, user: ssh.user, poolKey: poolKey(this.identity) };
    return connectWorker(endpoint, { privateKey, onEvent });
  }

  get folders(): string[] {
    const folder = workersFolder(this.identity);
    return existsSync(folder) ? readdirSync(folder).toSorted() : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of this.folders) {
      const folder = this.folder(Number(id));
      const server = await livingServer(folder);
      const pids = [...(server === undefined ? [] : [server.pid]), ...processesOfHome(join(folder, "home"))];
      for (const pid of pids) process.kill(pid, "SIGKILL");
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
    if (this.#homeBefore === undefined) delete process.env.LIDO_HOME;
    else process.env.LIDO_HOME = this.#homeBefore;
  }
}
