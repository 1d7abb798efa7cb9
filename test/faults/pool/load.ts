/** Jobs of three seconds that come all the time, through a real controller; each writes its start and its end outside. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Controller, runController } from "../../../runner/controller/index.ts";
import type { Roster } from "../../../worker/index.ts";
import { connectWorker } from "../../../worker/index.ts";
import { type Client, openClient, submission } from "../../runner/controller/harness.ts";

const BATCH = 20;
const LOOK_MS = 200;

export class Load implements AsyncDisposable {
  readonly #controller: Controller;
  readonly #client: Client;
  readonly #book: string;
  readonly #roster: Roster;
  readonly #over = new AbortController();
  readonly #coming: Promise<void>;
  #submitted = 0;

  static async start(folder: string, roster: Roster): Promise<Load> {
    const controller = await runController({
      home: folder,
      version: "0.0.0",
      connect: connectWorker,
      readPool: () => Promise.reject(new Error("the workers themselves tell of each other")),
      idleMs: 3_600_000,
    });
    return new Load(controller, await openClient(controller.socket), { folder, roster });
  }

  private constructor(
    controller: Controller,
    client: Client,
    { folder, roster }: { readonly folder: string; readonly roster: Roster },
  ) {
    this.#controller = controller;
    this.#client = client;
    this.#book = join(folder, "book");
    this.#roster = roster;
    this.#coming = this.#keepComing();
  }

  /** More jobs wait than workers are free, always. */
  async #keepComing(): Promise<void> {
    const run = `echo "start $SKYPILOT_MANAGED_JOB_ID" >> ${this.#book}; sleep 3; echo "end $SKYPILOT_MANAGED_JOB_ID" >> ${this.#book}`;
    while (!this.#over.signal.aborted) {
      const { rows } = await this.#client.call("queue", { limit: BATCH, statuses: ["PENDING"] });
      if (rows.length < BATCH) {
        const { ids } = await this.#client.call("submit", submission(this.#roster, BATCH, { run }));
        this.#submitted = ids.last;
      }
      await delay(LOOK_MS);
    }
  }

  get running(): number {
    const lines = this.#lines();
    return (
      lines.filter((line) => line.startsWith("start")).length - lines.filter((line) => line.startsWith("end")).length
    );
  }

  #lines(): string[] {
    return existsSync(this.#book) ? readFileSync(this.#book, "utf8").trim().split("\n") : [];
  }

  /** No more come; when the last is over: how many there were, how they ended, and those that did not run exactly once. */
  async finish(): Promise<{ readonly jobs: number; readonly byStatus: object; readonly notOnce: readonly string[] }> {
    this.#over.abort();
    await this.#coming;
    const ids = [{ first: 1, last: this.#submitted }];
    const { counts } = await this.#client.call("watch", { ids });
    const lines = this.#lines();
    const written = (id: number): string =>
      lines
        .filter((line) => line.endsWith(` ${id}`))
        .map((line) => line.split(" ")[0])
        .join(" ");
    const all = Array.from({ length: this.#submitted }, (_, index) => index + 1);
    const notOnce = all.filter((id) => written(id) !== "start end").map((id) => `${id}: ${written(id)}`);
    return { jobs: this.#submitted, byStatus: counts.byStatus, notOnce };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#coming.catch(() => {});
    this.#client[Symbol.dispose]();
    await this.#controller.stop();
  }
}
