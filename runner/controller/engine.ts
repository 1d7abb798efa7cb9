/**
 * Owns the state in memory. All that came in since the last turn is decided, committed together, and only then acted
 * upon: load -> decide -> commit -> apply. It decides nothing itself and does no IO but the commit.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { UserError } from "../../spec/errors.ts";
import type { Change, Draft, Effect, Event, State, Step, StoredChange } from "../core/index.ts";
import { evolve, folded, isStored, load, react, schedule } from "../core/index.ts";
import type { Store } from "../store/index.ts";
import { StoreError } from "../store/index.ts";
import { crashPointOfTurn } from "./crash-point.ts";
import { Meter } from "./meter.ts";

/** What was committed, and what must be done now. */
export interface Turn {
  readonly changes: readonly Change[];
  readonly effects: readonly Effect[];
}

export interface EngineOptions {
  readonly store: Store;
  readonly log: Logger;
  readonly clock: () => number;
  readonly onTurn: (turn: Turn) => void;
  /** The store held something else than the memory: all was read again, and what is connected must be asked again. */
  readonly onReload: () => void;
  /** The store can't be used any more; the controller must end. */
  readonly onFatal: (error: unknown) => void;
}

/** Whoever waits for what an event leads to. */
interface Sender {
  readonly resolve: (step: Step) => void;
  readonly reject: (error: unknown) => void;
}

/** Most events are told by workers, and nobody waits for them: what lies here for thousands of these must be little. */
interface Received {
  readonly event: Event;
  readonly sender?: Sender;
}

/** Ends the sender's waiting; `stale` are the changes that the store refused. */
type Settle = (stale: ReadonlySet<Change>) => void;

/**
 * So many events belong to a turn at most, and so many ranks are handed out in it: more would keep callers, and the copying
 * of logs, from theirs for longer than a commit costs.
 */
const TURN_SIZE = 128;
const RETRY_MS = 1_000;
const ON_ITS_WAY =
  "As long as this controller runs, what was asked for is done once there is room. Look with `lido jobs queue` before you give the command again.";
const NOT_DONE =
  "The queue on the disk was not as the controller knew it, and not all of this was done; the controller has read it anew.\nLook with `lido jobs queue`, and give the command again.";

export class Engine {
  readonly #options: EngineOptions;
  readonly #stopping = new AbortController();
  #state: Draft;
  #inbox: Received[] = [];
  #turning: Promise<void> | undefined;
  /** Workers may be free for more ranks than the last turn handed out. */
  #mayHandOut = false;
  #trouble = "";
  readonly commits = new Meter();

  private constructor(options: EngineOptions, state: Draft) {
    this.#options = options;
    this.#state = state;
  }

  /** The first event to send is `loaded`. */
  static async open(options: EngineOptions): Promise<Engine> {
    return new Engine(options, load(await options.store.load(), options.clock()));
  }

  get state(): State {
    return this.#state;
  }

  /** Why nothing can be written now; "" when all is well. */
  get trouble(): string {
    return this.#trouble;
  }

  /** Settles once what it led to is durable. @throws UserError when it is refused. */
  send(event: Event): Promise<Step> {
    if (this.#stopping.signal.aborted)
      return Promise.reject(new UserError("The controller is stopping.", { exitCode: 8 }));
    if (this.#trouble && isCommand(event)) return Promise.reject(new UserError(this.#trouble, { exitCode: 8 }));
    const { promise, ...sender } = Promise.withResolvers<Step>();
    this.#receive({ event, sender });
    return promise;
  }

  /** For events whose sender has nothing to wait for. */
  tell(event: Event): void {
    if (!this.#stopping.signal.aborted) this.#receive({ event });
  }

  #receive(received: Received): void {
    this.#inbox.push(received);
    this.#turning ??= this.#turns();
  }

  /** Finishes the turn that is under way. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#turning;
  }

  async #turns(): Promise<void> {
    try {
      while ((this.#inbox.length > 0 || this.#mayHandOut) && !this.#stopping.signal.aborted) {
        // Whatever else the event loop has ready belongs to the same turn, and calls are heard between two turns.
        await new Promise((resolve) => setImmediate(resolve));
        await this.#turn(this.#inbox.splice(0, TURN_SIZE));
      }
    } catch (error) {
      this.#options.onFatal(error);
    } finally {
      this.#turning = undefined;
    }
  }

  async #turn(batch: readonly Received[]): Promise<void> {
    const now = this.#options.clock();
    const changes: Change[] = [];
    const effects: Effect[] = [];
    const take = (step: Step) => {
      for (const change of step.changes) evolve(this.#state, change);
      changes.push(...step.changes);
      effects.push(...step.effects);
    };
    const settled = batch.flatMap((received) => this.#decide(received, now, take) ?? []);
    const handedOut = schedule(this.#state, now, TURN_SIZE);
    take(handedOut);
    this.#mayHandOut = handedOut.effects.length >= TURN_SIZE;
    crashPointOfTurn("before", effects);
    const stale = await this.#commit(folded(changes.filter(isStored)), batch);
    crashPointOfTurn("after", effects);
    if (stale.length > 0) await this.#reload(stale);
    else this.#options.onTurn({ changes, effects });
    const refused = new Set<Change>(stale);
    for (const settle of settled) settle(refused);
  }

  /** What is still to be said to the sender, if there is one. */
  #decide({ event, sender }: Received, now: number, take: (step: Step) => void): Settle | undefined {
    try {
      const step = react(this.#state, event, now);
      take(step);
      if (!sender) return undefined;
      return (stale) => {
        if (step.changes.some((change) => stale.has(change))) sender.reject(new UserError(NOT_DONE, { exitCode: 8 }));
        else sender.resolve(step);
      };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (!sender) this.#options.log.debug({ event: event.kind, err: error }, "dropped");
      return sender && (() => sender.reject(error));
    }
  }

  /** Tries until it is written; nothing new is decided meanwhile, and what happens waits its turn. */
  async #commit(changes: readonly StoredChange[], batch: readonly Received[]): Promise<readonly StoredChange[]> {
    if (changes.length === 0) return [];
    for (;;) {
      try {
        const stale = await this.#options.store.commit(changes);
        this.commits.count(this.#options.clock());
        if (this.#trouble) this.#options.log.info("the queue can be written again");
        this.#trouble = "";
        return stale;
      } catch (error) {
        if (!(error instanceof StoreError) || !error.passing) throw error;
        if (!this.#trouble)
          this.#options.log.error({ err: error }, "the queue cannot be written; nothing new is started");
        this.#trouble = error.message;
        this.#tellUsers(batch);
        await delay(RETRY_MS, undefined, { signal: this.#stopping.signal });
      }
    }
  }

  /** Nobody waits in silence: commands that are not decided yet are refused, and those of this turn are said to be on their way. */
  #tellUsers(batch: readonly Received[]): void {
    for (const { event, sender } of batch) {
      if (isCommand(event)) sender?.reject(new UserError(`${this.#trouble}\n${ON_ITS_WAY}`, { exitCode: 8 }));
    }
    const refused = this.#inbox.filter(({ event }) => isCommand(event));
    this.#inbox = this.#inbox.filter(({ event }) => !isCommand(event));
    for (const { sender } of refused) sender?.reject(new UserError(this.#trouble, { exitCode: 8 }));
  }

  /** Somebody else wrote to the queue. What the memory says is worth nothing then; the store and the workers know. */
  async #reload(stale: readonly StoredChange[]): Promise<void> {
    for (const change of stale) {
      const what = "job" in change && "id" in change.job ? { job: change.job.id, attempt: change.job.attempt } : {};
      this.#options.log.error({ change: change.kind, ...what }, "stale: the row was not as expected; dropped");
    }
    this.#state = load(await this.#options.store.load(), this.#options.clock());
    this.tell({ kind: "loaded" });
    this.#options.onReload();
  }
}

/** What a person asked for. */
function isCommand({ kind }: Event): boolean {
  return kind === "submit" || kind === "cancel" || kind === "retry";
}
