/** A worker of this test, a folder to send from, and a preparation of the one on the other. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Preparation, prepareWorker } from "../../../provider/prepare/index.ts";
import type { PoolSpec } from "../../../spec/index.ts";
import type { CommandResult, Link, Worker } from "../../../worker/index.ts";
import { startTestWorker, type TestWorker } from "../../support/local-worker.ts";

export interface Stage extends AsyncDisposable {
  readonly host: TestWorker;
  readonly worker: Worker;
  /** The folder that is sent. */
  readonly source: string;
  readonly news: string[];
  /** Settles when the worker is ready. `first`: shell text before each of its commands. */
  prepare(spec: Partial<PoolSpec>, more?: Partial<Preparation>, first?: string): Promise<void>;
  /** A command on the worker. */
  run(command: string): Promise<CommandResult>;
  write(path: string, text?: string): void;
}

export async function openStage(): Promise<Stage> {
  const host = await startTestWorker();
  const worker = await host.connect();
  const folder = mkdtempSync(join(tmpdir(), "lido-stage-"));
  const source = join(folder, "source");
  mkdirSync(source);
  const before = process.env.LIDO_HOME;
  process.env.LIDO_HOME = join(folder, "lido");
  const news: string[] = [];
  const nothing = { kind: "pool", size: { min: 1, max: 1 }, resources: { ordered: false, anyOf: [] } } as const;
  return {
    host,
    worker,
    source,
    news,
    async prepare(spec, more = {}, first) {
      const full: PoolSpec = { ...nothing, envs: {}, secrets: {}, fileMounts: [], ...spec };
      const signal = new AbortController().signal;
      const told = (line: string) => news.push(line);
      const used = first === undefined ? worker : beginningWith(worker, first);
      await prepareWorker(used, { spec: full, fingerprint: "f", id: 1, gpus: 0, signal, news: told, ...more });
    },
    run: (command) => worker.link.run(command),
    write(path, text = path) {
      mkdirSync(dirname(join(source, path)), { recursive: true });
      writeFileSync(join(source, path), text);
    },
    async [Symbol.asyncDispose]() {
      await worker.close();
      await host[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
      if (before === undefined) delete process.env.LIDO_HOME;
      else process.env.LIDO_HOME = before;
    },
  };
}

function beginningWith(worker: Worker, first: string): Worker {
  const link = { ...worker.link, run: (command, options) => worker.link.run(`${first}\n${command}`, options) } as Link;
  return Object.create(worker, { link: { value: link } }) as Worker;
}
