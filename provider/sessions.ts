/**
 * One connection per worker for as long as a change takes: opened at the first look, opened again after it broke. A
 * change takes each worker that it connects to; where a newer one was before it, every call here ends with a FencedError.
 */
import { randomInt } from "node:crypto";
import type { Reconciler, Roster, Worker } from "../worker/index.ts";
import { AuthenticationError, connectWorker, FencedError } from "../worker/index.ts";
import { parseCordon } from "./cordon.ts";
import type { Machine } from "./machines/machines.ts";
import { type Ready, readReady } from "./prepare/index.ts";

export type Look =
  | {
      readonly kind: "reached";
      readonly worker: Worker;
      readonly cordon: string;
      /** Attempts that run. */
      readonly busy: number;
      /** Results on a worker that is to leave, which nobody has read. */
      readonly unread: number;
      readonly ready?: Ready;
    }
  /** `permanent`: trying again, or a restart, cannot help. */
  | { readonly kind: "unreachable"; readonly reason: string; readonly permanent: boolean };

/** A queue reads a result in milliseconds; one whose controller is down or gone for good is not waited for longer. */
const UNREAD_PATIENCE_MS = 30_000;

interface Session {
  readonly worker: Worker;
  cordon: string;
  /** What we set and have not heard of yet: until then events tell of what was before. */
  readonly unheard: string[];
  rosterEpoch: number;
  ready: Ready | undefined;
  /** When results were first seen that nobody had read. */
  unreadSince: number | undefined;
}

export class Sessions implements AsyncDisposable {
  readonly #privateKey: string;
  readonly #open = new Map<number, Promise<Session>>();
  #reconciler: Reconciler | undefined;

  constructor(privateKey: string) {
    this.#privateKey = privateKey;
  }

  /**
   * Makes this run the newest on every machine that answers, `epoch` or higher. To be called before its first step: a run
   * that finds a newer one on its way was taken over from, one that finds it here has only to step above it.
   */
  async takeOver(machines: readonly Machine[], epoch: number): Promise<void> {
    this.#reconciler = { epoch, run: randomInt(2 ** 31) };
    for (;;) {
      const looks = await Promise.allSettled(machines.map((machine) => this.look(machine)));
      const reasons: unknown[] = looks.flatMap((look) => (look.status === "rejected" ? [look.reason] : []));
      const newer = reasons.map((reason) => (reason instanceof FencedError ? reason.seen : 0));
      if (newer.length === 0) return;
      this.#reconciler = { ...this.#reconciler, epoch: Math.max(...newer) + 1 };
      await this[Symbol.asyncDispose]();
    }
  }

  /**
   * Asks a ready worker whether this run is still the newest; where none answers any more, every machine that `list` finds,
   * since a newer run may have replaced all that this one knows. @throws FencedError
   */
  async stillNewest(list: () => Promise<readonly Machine[]>): Promise<void> {
    const reconciler = this.#reconciler;
    if (reconciler === undefined) return;
    let sure = false;
    // An agent answers in order, and one whose worker is being prepared may be at its interactive shell for long.
    await this.#everywhere(async ({ worker, ready }) => {
      if (ready === undefined) return;
      await worker.take(reconciler);
      sure = true;
    });
    if (!sure) await Promise.all((await list()).map((machine) => this.look(machine)));
  }

  /** @throws FencedError; what else goes wrong is seen at the next look */
  async look(machine: Machine): Promise<Look> {
    if (machine.endpoint === undefined) {
      const reason = machine.silence?.reason ?? "its machine does not answer";
      return { kind: "unreachable", reason, permanent: false };
    }
    try {
      const session = await this.#session(machine);
      const { running: busy, unread } = await unfinished(session);
      const { worker, cordon, ready } = session;
      return { kind: "reached", worker, cordon, busy, unread, ...(ready === undefined ? {} : { ready }) };
    } catch (error) {
      await this.close(machine.marker.id);
      if (error instanceof FencedError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: "unreachable", reason, permanent: error instanceof AuthenticationError };
    }
  }

  /** Attempts that keep a cordoned worker from leaving: those that run, and for a while those whose result nobody read. */
  async unfinished(id: number): Promise<number> {
    const { running, unread } = await held(await this.#known(id));
    return running + unread;
  }

  /** After a preparation: the mark is on the worker, and unless its user says otherwise it gets jobs. */
  async markReady(id: number, ready: Ready): Promise<void> {
    const session = await this.#known(id);
    // Also without a cordon: who was told that it is restarted and not set up hears in this way that it is.
    if (parseCordon(session.cordon).by !== "user") await this.setCordon(id, "");
    session.ready = ready;
  }

  async setCordon(id: number, reason: string): Promise<void> {
    const session = await this.#known(id);
    session.unheard.push(reason);
    try {
      await (reason === "" ? session.worker.uncordon() : session.worker.cordon(reason));
    } catch (error) {
      session.unheard.splice(session.unheard.indexOf(reason), 1);
      throw error;
    }
    session.cordon = reason;
  }

  /** Whoever was looked at has one: without it nobody may believe that nothing runs there. */
  async #known(id: number): Promise<Session> {
    const session = await this.#open.get(id);
    if (session === undefined) throw new Error("the connection to its machine was lost");
    return session;
  }

  /** To every connected worker that has an older one. Who cannot be told now is told by the next change. @throws FencedError */
  async publish(roster: Roster): Promise<void> {
    await this.#everywhere(async (session) => {
      if (session.rosterEpoch >= roster.epoch) return;
      await session.worker.publishRoster(roster);
      session.rosterEpoch = roster.epoch;
    });
  }

  async #everywhere(work: (session: Session) => Promise<void>): Promise<void> {
    const sessions = (await Promise.allSettled(this.#open.values())).filter((one) => one.status === "fulfilled");
    const outcomes = await Promise.allSettled(sessions.map(({ value }) => work(value)));
    for (const outcome of outcomes) {
      if (outcome.status === "rejected" && outcome.reason instanceof FencedError) throw outcome.reason;
    }
  }

  async close(id: number): Promise<void> {
    const session = this.#open.get(id);
    this.#open.delete(id);
    await session?.then(({ worker }) => worker.close()).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.close(id)));
  }

  #session(machine: Machine): Promise<Session> {
    const { id } = machine.marker;
    const open = this.#open.get(id) ?? this.#connect(machine);
    this.#open.set(id, open);
    return open;
  }

  async #connect({ endpoint }: Machine): Promise<Session> {
    if (endpoint === undefined) throw new Error("a machine without an address cannot be connected to");
    const late: { session?: Session } = {};
    const worker = await connectWorker(endpoint, {
      privateKey: this.#privateKey,
      onEvent: (event) => {
        if (event.kind === "cordon" && late.session !== undefined) hear(late.session, event.reason);
      },
    });
    const ready = await this.#taken(worker);
    const { cordon, rosterEpoch, bootId } = worker.hello;
    // A mark from before a reboot does not count: what setup left running is gone.
    late.session = {
      worker,
      cordon,
      unheard: [],
      rosterEpoch,
      ready: ready?.bootId === bootId ? ready : undefined,
      unreadSince: undefined,
    };
    return late.session;
  }

  /** The worker's ready mark, once the worker is ours. */
  async #taken(worker: Worker): Promise<Ready | undefined> {
    try {
      if (this.#reconciler !== undefined) await worker.take(this.#reconciler);
      return await readReady(worker.link, worker.endpoint.poolKey);
    } catch (error) {
      await worker.close();
      throw error;
    }
  }
}

/** Events come late. What somebody else set before our own last word does not count any more. */
function hear(session: Session, reason: string): void {
  if (session.unheard[0] === reason) session.unheard.shift();
  else if (session.unheard.length === 0) session.cordon = reason;
}

interface Unfinished {
  readonly running: number;
  readonly unread: number;
}

/** Before a worker is cordoned only what runs counts: nobody is in a hurry to read the rest. */
async function unfinished(session: Session): Promise<Unfinished> {
  if (parseCordon(session.cordon).by === "pool") return await held(session);
  return { running: (await session.worker.running()).length, unread: 0 };
}

async function held(session: Session): Promise<Unfinished> {
  const running = (await session.worker.running()).length;
  const results = running > 0 ? 0 : (await session.worker.unread()).length;
  // The patience is for each time that there are some: a worker may serve again in between.
  if (results === 0) session.unreadSince = undefined;
  else session.unreadSince ??= Date.now();
  const isWaitedFor = session.unreadSince !== undefined && Date.now() - session.unreadSince < UNREAD_PATIENCE_MS;
  return { running, unread: isWaitedFor ? results : 0 };
}
