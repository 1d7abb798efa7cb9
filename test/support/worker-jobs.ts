/** Jobs on one worker, as tests of the worker room say them: submit, start, wait for an event, read the log. */
import { expect } from "vitest";
import type { AttemptKey, Limits, Worker, WorkerEvent } from "../../worker/index.ts";
import type { Recorder } from "./eventually.ts";

export interface WorkerJobs {
  /** A new submission with one attempt of `run`, started on slot 0. */
  start(run: string, limits?: Limits): Promise<AttemptKey>;
  started(key: AttemptKey): Promise<WorkerEvent>;
  /** Its `exit` or `lost`. */
  over(key: AttemptKey): Promise<WorkerEvent>;
  log(key: AttemptKey): Promise<string>;
}

export function workerJobs(worker: () => Worker, events: Recorder<WorkerEvent>): WorkerJobs {
  let jobs = 0;
  const find = (key: AttemptKey, kinds: readonly WorkerEvent["kind"][]) =>
    events.find(
      (event) => kinds.includes(event.kind) && "key" in event && event.key.job === key.job,
      `${kinds.join(" or ")} of job ${key.job}`,
    );
  return {
    start: async (run, limits) => {
      jobs += 1;
      const key = { submission: `test-${jobs}`, job: jobs, attempt: 1 };
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
