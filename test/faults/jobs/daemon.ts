/**
 * The controller of a lab, a process of its own on a small disk of its own: started again whenever it is gone, as the next
 * command of a user would. Calls are made until somebody answers.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Methods } from "../../../runner/api.ts";
import { socketPath } from "../../../runner/socket-path.ts";
import { type Client, openClient } from "../../runner/controller/harness.ts";
import { type Disk, fill, makeRoom } from "../../support/disks.ts";
import { eventually } from "../../support/eventually.ts";
import type { Undo } from "./machine.ts";

const MAIN = join(import.meta.dirname, "../../../runner/controller/main.ts");
const SKEWED_CLOCK = join(import.meta.dirname, "skewed-clock-child.ts");
/** Its first start on a busy computer takes a while; after a kill it is given up only when nothing helps. */
const PATIENCE_MS = 120_000;

export class Daemon implements AsyncDisposable {
  readonly #disk: Disk;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #client: Client | undefined;
  #restart: NodeJS.Timeout | undefined;
  #wanted = true;
  #full = false;
  #said = "";
  /** What it died of, where nobody had killed it. */
  readonly troubles: string[] = [];

  constructor(disk: Disk, env: NodeJS.ProcessEnv) {
    this.#disk = disk;
    this.#env = env;
    this.start();
  }

  get log(): string {
    const file = join(this.#disk.outside, "controller", "controller.log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  start(env: NodeJS.ProcessEnv = {}): void {
    clearTimeout(this.#restart);
    if (this.#child !== undefined || !this.#wanted) return;
    const node = [process.execPath, "--disable-warning=ExperimentalWarning", "--import", SKEWED_CLOCK, MAIN];
    const where = ["nsenter", "-t", String(this.#disk.namespace), "-m"];
    const child = spawn("setpriv", ["--pdeathsig", "KILL", ...where, ...node], {
      env: { ...process.env, ...this.#env, ...env, LIDO_HOME: this.#disk.inside },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child = child;
    const wasFull = this.#full;
    child.stderr.on("data", (chunk: Buffer) => (this.#said = (this.#said + chunk.toString()).slice(-2_000)));
    child.once("exit", (code, signal) => {
      this.#child = undefined;
      if (code !== null && code !== 0 && !this.#full && !wasFull)
        this.troubles.push(`the controller ended with ${code}: ${this.#said}`);
      // SIGTERM ends it by itself while it has not begun yet.
      if (signal !== null && signal !== "SIGKILL" && signal !== "SIGTERM")
        this.troubles.push(`the controller was ended by ${signal}`);
      if (this.#wanted) this.#restart = setTimeout(() => this.start(), 100);
    });
  }

  /** Down until undone. */
  async kill(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<Undo> {
    this.#wanted = false;
    await this.#end(signal);
    return () => {
      this.#wanted = true;
      this.start();
    };
  }

  /** At once replaced by one that ends itself at such a point. */
  async crashAt(point: string): Promise<void> {
    const undo = await this.kill();
    this.#wanted = true;
    this.start({ LIDO_TEST_CRASH_AT: point });
    undo();
  }

  freeze(): Undo {
    const child = this.#child;
    child?.kill("SIGSTOP");
    return () => child?.kill("SIGCONT");
  }

  fillDisk(): Undo {
    this.#full = true;
    fill(this.#disk);
    return () => {
      makeRoom(this.#disk);
      this.#full = false;
    };
  }

  /** Made again until it is answered: only for what may be done twice. @throws what the controller refuses */
  async call<M extends keyof Methods>(method: M, params: Methods[M]["params"]): Promise<Methods[M]["result"]> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await (await this.client()).call(method, params);
      } catch (error) {
        this.#client = undefined;
        const isAnswer = error instanceof Error && "wire" in error && error.wire !== "Closed";
        // A full disk refuses what is asked for, and whoever asked tries again.
        const isFull = error instanceof Error && error.message.includes("could not be used");
        if ((isAnswer && !isFull) || performance.now() > end) throw error;
        await delay(30);
      }
    }
  }

  async client(): Promise<Client> {
    this.#client ??= await openClient(socketPath(this.#disk.outside));
    return this.#client;
  }

  /** Its last end, asked for politely: what it left behind is told. */
  async stop(): Promise<void> {
    this.#wanted = false;
    await this.#end("SIGTERM");
    if (existsSync(socketPath(this.#disk.outside))) this.troubles.push("the controller left its socket behind");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#restart);
    this.#client?.[Symbol.dispose]();
    await this.#end("SIGKILL");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child === undefined) return;
    child.kill(signal);
    if (signal === "SIGTERM") {
      // A frozen one hears it only when it goes on.
      const isOver = () => child.exitCode !== null || child.signalCode !== null;
      await eventually(isOver, "the controller ends", PATIENCE_MS).catch((error: Error) => {
        throw new Error(`${error.message}\n${this.log.split("\n").slice(-40).join("\n")}`);
      });
    } else if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
}
