/** A worker and jobs on it, as tests of the worker room say them: submit, start, wait for an event, read the log. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect } from "vitest";
import type { AttemptKey, Limits, Worker, WorkerEvent } from "../../worker/index.ts";
import { Recorder } from "./eventually.ts";
import { startTestWorker, type TestWorker } from "./local-worker.ts";

/** One worker for all tests of a file or a `describe`, whose events are recorded. */
export interface UsedWorker {
  readonly events: Recorder<WorkerEvent>;
  readonly jobs: WorkerJobs;
  // Read these two in tests only: they come before the first one.
  readonly host: TestWorker;
  readonly worker: Worker;
  /** Ends the connection and makes another, which records into the same events. */
  reconnect(): Promise<void>;
}

export function useTestWorker(): UsedWorker {
  let host: TestWorker;
  let worker: Worker;
  const events = new Recorder<WorkerEvent>();
  const connect = async () => {
    worker = await host.connect({ onEvent: events.add });
  };
  beforeAll(async () => {
    host = await startTestWorker();
    await connect();
  });
  afterAll(async () => {
    await worker.close();
    await host[Symbol.asyncDispose]();
  });
  return {
    events,
    jobs: workerJobs(() => worker, events),
    get host() {
      return host;
    },
    get worker() {
      return worker;
    },
    reconnect: async () => {
      await worker.close();
      await connect();
    },
  };
}

export interface WorkerJobs {
  /** A new submission with one attempt of `run`, started on slot 0. */
  start(run: string, limits?: Limits): Promise<AttemptKey>;
  started(key: AttemptKey): Promise<WorkerEvent>;
  /** Its `exit` or `lost`. */
  over(key: AttemptKey): Promise<WorkerEvent>;
  log(key: AttemptKey): Promise<string>;
}

/** Workers that run at the same time share this computer, and a job's end takes along whatever bears its name. */
export function uniqueName(): string {
  return `test-${randomBytes(4).toString("hex")}`;
}

export function workerJobs(worker: () => Worker, events: Recorder<WorkerEvent>): WorkerJobs {
  const name = uniqueName();
  let jobs = 0;
  const find = (key: AttemptKey, kinds: readonly WorkerEvent["kind"][]) =>
    events.find(
      (event) => kinds.includes(event.kind) && "key" in event && event.key.job === key.job,
      `${kinds.join(" or ")} of job ${key.job}`,
    );
  return {
    start: async (run, limits) => {
      jobs += 1;
      const key = { submission: `${name}-${jobs}`, job: jobs, attempt: 1 };
      await worker().submit({ id: key.submission, run, env: {}, ...(limits ? { limits } : {}) });
      expect(await worker().start({ key, slot: 0, env: {} })).toEqual({ kind: "accepted" });
      return key;
    },
    started: (key) => find(key, ["started"]),
    over: (key) => find(key, ["exit", "lost"]),
    log: async (key) => {
      const chunks: Buffer[] = [];
      for await (const chunk of worker().readLog(key, { offset: 0, follow: false })) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    },
  };
}
