/** The real `lido` in a folder of the test: its own LIDO_HOME, its own Pulumi state, no login. Needs `dist/`. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { processesOfHome } from "../../../provider/machines/local/processes.ts";
import { livingServer } from "../../../provider/machines/local/server-process.ts";
import { readRuns, standingOfRun } from "../../../runner/cli/pool-runs.ts";
import { engineEnv, findEngine, packageRoot } from "../../../tools/pulumi/engine.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it said so far, stdout and stderr as they came. */
  readonly output: () => string;
}

export class LidoHome implements AsyncDisposable {
  readonly folder: string;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;

  static async create(): Promise<LidoHome> {
    return new LidoHome(engineEnv(await findEngine({ report: console.error })));
  }

  private constructor(env: NodeJS.ProcessEnv) {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), "lido-cli-")));
    this.home = join(this.folder, "lido");
    const mine = Object.fromEntries(Object.entries(env).filter(([name]) => !/^(PULUMI|LIDO_HOME|SKYPILOT)/.test(name)));
    const PATH = [dirname(process.execPath), env.PATH].join(delimiter);
    this.env = { ...mine, PATH, LIDO_HOME: this.home, PULUMI_HOME: join(this.folder, "no-login") };
  }

  start(words: readonly string[], { cwd = this.folder, env = {} }: StartOptions = {}): Running {
    const child = spawn(join(packageRoot(), "runner/cli/bin.js"), words, {
      cwd,
      env: { ...this.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const parts: { readonly stream: "stdout" | "stderr"; readonly text: string }[] = [];
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].on("data", (chunk: Buffer) => parts.push({ stream, text: chunk.toString() }));
    }
    const all = (stream?: string): string =>
      parts.flatMap((part) => (stream === undefined || part.stream === stream ? [part.text] : [])).join("");
    const { promise, resolve, reject } = Promise.withResolvers<Ended>();
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout: all("stdout"), stderr: all("stderr") }));
    return { child, ended: promise, output: () => all() };
  }

  lido(...words: readonly string[]): Promise<Ended> {
    return this.start(words).ended;
  }

  /** The one `pulumi up` that is under way. */
  enginePid(): number {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const engine = pids.map(Number).find((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        const isUp = basename(words[0] ?? "") === "pulumi" && words[1] === "up";
        return isUp && readlinkSync(`/proc/${pid}/cwd`).startsWith(this.folder);
      } catch {
        return false;
      }
    });
    if (engine === undefined) throw new Error("no `pulumi up` runs here");
    return engine;
  }

  /** Every file of Pulumi's state, as one text. */
  stateText(): string {
    const state = join(this.home, "pulumi", "state");
    const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8")).join("\n");
  }

  /** Folders of the local workers, of all pools. */
  workers(): readonly string[] {
    const local = join(this.home, "local");
    const pools = existsSync(local) ? readdirSync(local).map((pool) => join(local, pool, "workers")) : [];
    return pools.flatMap((pool) => (existsSync(pool) ? readdirSync(pool).map((id) => join(pool, id)) : [])).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lido("controller", "stop");
    for (const run of await readRuns(this.home)) {
      if (standingOfRun(run) === "under way") process.kill(-run.pid, "SIGKILL");
    }
    for (const folder of this.workers()) {
      const server = await livingServer(folder);
      for (const pid of [...(server ? [server.pid] : []), ...processesOfHome(join(folder, "home"))]) {
        process.kill(pid, "SIGKILL");
      }
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}
