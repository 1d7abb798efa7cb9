/** What a measurement works with: commands as a user would give them, in the place of this run, with this run's end in mind. */
import { writeFileSync } from "node:fs";
import { NODE_OPTIONS } from "../runner/client/start.ts";
import { BenchError, type CommandOptions, type Ended, run } from "./command.ts";
import { configOf, LIDO, type Peer, type Place, POOL, removeStackFile } from "./place.ts";
import type { Plan } from "./plan.ts";

export type More = Pick<CommandOptions, "line" | "env">;

export class Bench {
  readonly place: Place;
  readonly plan: Plan;
  /** Aborted when the user wants no more of it. */
  readonly signal: AbortSignal;

  constructor(place: Place, plan: Plan, signal: AbortSignal) {
    this.place = place;
    this.plan = plan;
    this.signal = signal;
  }

  async node(args: readonly string[]): Promise<Ended> {
    return await run([process.execPath, ...args], { env: this.place.env, signal: this.signal });
  }

  /** `nodeArgs` stand before the command's own file. */
  async lido(args: readonly string[], more: Partial<More> & { nodeArgs?: readonly string[] } = {}): Promise<Ended> {
    const { nodeArgs = [], line, env } = more;
    return await run([process.execPath, ...nodeArgs, LIDO, ...args], {
      env: { ...this.place.env, ...env },
      signal: this.signal,
      ...(line === undefined ? {} : { line }),
    });
  }

  /** A controller of the benchmark's own, with what Node runs every controller with. */
  async controller(
    file: string,
    options: { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv },
  ): Promise<Ended> {
    const { env } = this.place;
    const argv = [process.execPath, ...NODE_OPTIONS, file, ...options.args] as const;
    return await run(argv, { env: { ...env, ...options.env }, signal: this.signal, limitMs: 600_000 });
  }

  async shell(text: string): Promise<Ended> {
    return await run(["bash", "-c", text], { env: this.place.env, signal: this.signal });
  }

  async initStacks(): Promise<void> {
    const { stack, peers } = this.place;
    await this.#pulumi(["stack", "init", stack]);
    removeStackFile(this.place);
    for (const project of Object.values(peers)) await this.#pulumi(["stack", "init", stack], project);
  }

  /** `pulumi up` of the repository's root with so many workers. @returns seconds */
  async up(workers: number, options: UpOptions = { preview: false }): Promise<number> {
    const { poolFile, config } = this.place;
    writeFileSync(poolFile, `name: ${POOL}\npool:\n  workers: ${workers}\nresources:\n  infra: local\n`);
    const { ms, stdout } = await this.#pulumi(["up", ...agreed(options), "--config-file", config]);
    // Asked of the stack: what `up` shows lacks its section of outputs now and then, though the stack has them.
    const pools = (await this.#pulumi(["stack", "output", "pools", "--json"])).stdout;
    const reached = (JSON.parse(pools) as Record<string, { workers: number }>)[POOL]?.workers;
    if (reached !== workers) {
      throw new BenchError(`\`pulumi up\` came to ${reached} workers, not ${workers}:\n${stdout}`);
    }
    return ms / 1000;
  }

  /** `pulumi up` of a program to compare with. @returns seconds */
  async upPeer(peer: Peer, options: UpOptions = { preview: true }): Promise<number> {
    const project = this.place.peers[peer];
    return (await this.#pulumi(["up", ...agreed(options), "--config-file", configOf(project)], project)).ms / 1000;
  }

  async #pulumi(args: readonly string[], cwd?: string): Promise<Ended> {
    const { env } = this.place;
    const where = cwd === undefined ? {} : { cwd };
    return await run(["pulumi", ...args, "--non-interactive", "--color", "never"], {
      env,
      signal: this.signal,
      ...where,
    });
  }
}

export interface UpOptions {
  /** The user says yes, having seen it, or without it. */
  readonly preview: boolean;
  /** Whether the machines are looked at first; unless told as the projects say, which is yes. */
  readonly refresh?: boolean;
}

function agreed({ preview, refresh = true }: UpOptions): readonly string[] {
  return ["--yes", ...(preview ? [] : ["--skip-preview"]), ...(refresh ? [] : ["--refresh=false"])];
}

/** One sample after another. */
export async function repeat<T>(times: number, once: () => Promise<T>): Promise<T[]> {
  const samples: T[] = [];
  while (samples.length < times) samples.push(await once());
  return samples;
}
