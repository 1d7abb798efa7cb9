/** A job on a worker of the pool that goes on until it is told to end, and writes its start and its end into a file outside. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Worker } from "../../../worker/index.ts";
import { eventually } from "../../support/eventually.ts";

export class LongJob {
  static #count = 0;
  readonly #worker: Worker;
  readonly #key: { readonly submission: string; readonly job: number; readonly attempt: number };
  readonly #book: string;
  readonly #gate: string;

  static async start(worker: Worker, folder: string): Promise<LongJob> {
    LongJob.#count += 1;
    const job = new LongJob(worker, folder, LongJob.#count);
    await job.#begin();
    return job;
  }

  private constructor(worker: Worker, folder: string, number: number) {
    this.#worker = worker;
    this.#key = { submission: `long-${number}`, job: number, attempt: 1 };
    this.#book = join(folder, `job-${number}`);
    this.#gate = join(folder, `job-${number}.end`);
  }

  async #begin(): Promise<void> {
    const run = `echo start >> ${this.#book}; until [ -e ${this.#gate} ]; do sleep 0.05; done; echo end >> ${this.#book}`;
    await this.#worker.submit({ id: this.#key.submission, run, env: {} });
    await this.#worker.start({ key: this.#key, slot: 0, env: {} });
    await eventually(() => existsSync(this.#book), "the job runs");
  }

  async isRunning(): Promise<boolean> {
    return (await this.#worker.query(this.#key)).kind === "running";
  }

  /** Lets it end, reads its result as its queue would, and says what it wrote. */
  async finish(): Promise<string> {
    writeFileSync(this.#gate, "");
    await eventually(async () => (await this.#worker.query(this.#key)).kind === "done", "the job has ended");
    await this.#worker.acknowledge(this.#key);
    await this.#worker.close();
    return readFileSync(this.#book, "utf8");
  }
}
