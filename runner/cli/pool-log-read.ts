/**
 * Reads the setup logs of a pool's workers over the pool's key, and decides when one is at its end: the worker is ready,
 * has failed or is gone, or nobody goes on with it. A worker that cannot be reached spoils no other's log.
 */
import { UserError } from "../../spec/errors.ts";
import { ConnectionError, openSetupLog, poolKey, type Roster, type RosterWorker } from "../../worker/index.ts";
import type { LineWriter } from "./pool-log-lines.ts";
import type { NewestRoster } from "./pool-roster.ts";
import { privateKeyOf } from "./worker-reach.ts";

export interface SetupEnd {
  readonly kind: "ready" | "failed" | "gone" | "unreachable" | "cut off" | "printed";
  readonly worker: RosterWorker;
  /** What a person is told beside the log; "" when it says all. */
  readonly words: string;
}

export interface ReadOptions {
  readonly follow: boolean;
  readonly tail?: number;
  readonly signal: AbortSignal;
  /** Whether a change of the pool is known to go on: then more workers may come at any time. */
  readonly isUnderWay: () => Promise<boolean>;
}

/** Milliseconds for which a worker that is neither ready nor in its setup is waited for: its workdir may be large. */
const IDLE_MS = 60_000;
/** Milliseconds for which further workers are waited for after all known ones are at their end. */
const MORE_MS = 10_000;

export class PoolSetups {
  readonly #rosters: NewestRoster;
  readonly #options: ReadOptions;
  readonly #privateKey: string;

  /** @throws UserError when the pool's key is not on this computer */
  static async open(rosters: NewestRoster, options: ReadOptions): Promise<PoolSetups> {
    return new PoolSetups(rosters, options, await privateKeyOf(await rosters.read()));
  }

  private constructor(rosters: NewestRoster, options: ReadOptions, privateKey: string) {
    this.#rosters = rosters;
    this.#options = options;
    this.#privateKey = privateKey;
  }

  /** One after the other, by id. */
  async printAll(writer: (worker: RosterWorker) => LineWriter): Promise<readonly SetupEnd[]> {
    const ends: SetupEnd[] = [];
    for (const worker of (await this.#rosters.read()).workers) ends.push(await this.#lines(worker, writer));
    return ends;
  }

  /** Side by side, with those that come while the pool grows. */
  async followAll(writer: (worker: RosterWorker) => LineWriter): Promise<readonly SetupEnd[]> {
    const ends = new Map<number, SetupEnd>();
    const begun = new Map<number, Promise<void>>();
    let quietSince = Date.now();
    for (;;) {
      const { workers, size, generation } = await this.#rosters.read();
      for (const worker of workers.filter(({ id, host }) => host !== "" && !begun.has(id))) {
        quietSince = Date.now();
        begun.set(
          worker.id,
          this.#lines(worker, writer).then((end) => void ends.set(worker.id, end)),
        );
      }
      const open = [...begun].flatMap(([id, end]) => (ends.has(id) ? [] : [end]));
      if (open.length > 0) quietSince = Date.now();
      // While workers are replaced, those of the new generation are the ones to come.
      const isWhole = workers.filter((one) => ends.has(one.id) && one.generation === generation).length >= size.target;
      if (open.length === 0 && !(await this.#options.isUnderWay()) && (isWhole || Date.now() - quietSince > MORE_MS))
        return [...ends.values()];
      await Promise.race([this.#rosters.pause(), ...open]);
    }
  }

  async #lines(worker: RosterWorker, writer: (worker: RosterWorker) => LineWriter): Promise<SetupEnd> {
    const lines = writer(worker);
    try {
      return await this.read(worker, (chunk) => lines.write(chunk));
    } catch (error) {
      if (this.#options.signal.aborted || !(error instanceof UserError)) throw error;
      return { kind: "unreachable", worker, words: error.message };
    } finally {
      lines.end();
    }
  }

  /** @throws ConnectionError, AuthenticationError */
  async read(worker: RosterWorker, onBytes: (chunk: Buffer) => void): Promise<SetupEnd> {
    if (worker.host === "")
      throw new ConnectionError(`${worker.name} has no address: ${worker.reason || worker.state}`);
    const { follow, tail, signal } = this.#options;
    const endpoint = endpointOf(await this.#rosters.read(), worker);
    await using reader = await openSetupLog(endpoint, { privateKey: this.#privateKey, signal });
    let seen = 0;
    const count = (chunk: Buffer): void => {
      seen += chunk.length;
      onBytes(chunk);
    };
    let offset = 0;
    let idleSince = Date.now();
    for (let first = true; ; first = false) {
      const standing = await reader.read({
        offset,
        follow,
        onBytes: count,
        ...(first && tail !== undefined ? { tail } : {}),
      });
      if (standing.offset !== offset) idleSince = Date.now();
      offset = standing.offset;
      this.#rosters.learn(standing.roster);
      if (!follow) return { kind: "printed", worker, words: seen === 0 && tail !== 0 ? NOTHING : "" };
      const now = (await this.#rosters.read()).workers.find(({ id }) => id === worker.id);
      const end =
        standing.kind === "ready"
          ? ready(worker, seen === 0 && tail !== 0)
          : endOf(worker, now, Date.now() - idleSince);
      if (end !== undefined) return end;
      await this.#rosters.pause();
    }
  }
}

const NOTHING = "nothing is there: its setup printed nothing, has not begun, or the pool has none.";

/** `isSilent`: all of its log was asked for, and there is none. */
function ready(worker: RosterWorker, isSilent: boolean): SetupEnd {
  return {
    kind: "ready",
    worker,
    words: isSilent ? "ready; its setup printed nothing, or the pool has none." : "ready.",
  };
}

/** Of a worker in which no setup runs. `now`: as the newest roster has it. */
function endOf(worker: RosterWorker, now: RosterWorker | undefined, idleMs: number): SetupEnd | undefined {
  if (now === undefined) return { kind: "gone", worker, words: "it has left the pool." };
  if (now.state === "FAILED") return { kind: "failed", worker, words: now.reason.split("\n")[0] || "failed." };
  if (now.state === "READY" || now.state === "DRAINING") return { kind: "ready", worker, words: "ready." };
  if (idleMs < IDLE_MS) return undefined;
  return {
    kind: "cut off",
    worker,
    words:
      "no setup runs there, and nobody has gone on with it for a minute. Give `pulumi up` (or `lido pool apply`) again.",
  };
}

function endpointOf({ ssh, identity }: Roster, { name, host, port, hostKey }: RosterWorker) {
  return { name, host, port, hostKey, user: ssh.user, poolKey: poolKey(identity) };
}
