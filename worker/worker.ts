/** One worker as the rest of Lido sees it: a link, the agent on it, and one method per request of the protocol. */
import type { AgentChannel } from "./agent-channel.ts";
import { AgentExit, openAgentChannel } from "./agent-channel.ts";
import { agentCommand, installAgent } from "./agent-code.ts";
import { collectLogs } from "./collect-logs.ts";
import { ConnectionError, VersionError } from "./errors.ts";
import { guardedLink } from "./guarded-link.ts";
import { LeaseClock } from "./lease-clock.ts";
import { type ChannelLink, openLink } from "./link.ts";
import { readLog } from "./log.ts";
import { expectOk, parseKey, parseLease, parseStartAnswer, parseStatus, request } from "./protocol.ts";
import type { Roster } from "./roster.ts";
import type {
  AttemptKey,
  AttemptStatus,
  CollectedLog,
  ConnectOptions,
  Endpoint,
  Hello,
  Link,
  Reconciler,
  StartAnswer,
  StartRequest,
  Submission,
  Worker,
} from "./types.ts";

/** `sh` says 127 or 2 where the script is not there. */
const NOT_INSTALLED: ReadonlySet<number> = new Set([2, 126, 127]);

/** Connects, puts the agent there if this version is not yet, and asks what runs. @throws ConnectionError, AuthenticationError, ProtocolError */
export async function connectWorker(endpoint: Endpoint, options: ConnectOptions): Promise<Worker> {
  return await workerOver(await openLink(endpoint, options), endpoint, options);
}

/** The same over a link that stands; it is closed when this fails. */
export async function workerOver(link: ChannelLink, endpoint: Endpoint, options: ConnectOptions): Promise<Worker> {
  // A peer that falls silent at this moment must not keep whoever gives up.
  const abort = () => void link.close();
  options.signal?.addEventListener("abort", abort, { once: true });
  try {
    const agent = await startAgent(link, endpoint, options);
    const [running, unread] = await Promise.all([askKeys(agent, request.running()), askKeys(agent, request.unread())]);
    return new RemoteWorker(endpoint, link, agent, { ...agent.hello, running, unread });
  } catch (error) {
    await link.close();
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", abort);
  }
}

async function startAgent(link: ChannelLink, endpoint: Endpoint, options: ConnectOptions): Promise<AgentChannel> {
  const open = async () =>
    openAgentChannel(await link.open(agentCommand(endpoint.poolKey)), {
      worker: endpoint.name,
      ...(options.onEvent ? { onEvent: options.onEvent } : {}),
    });
  const giveUp = Promise.withResolvers<never>();
  const timeout = options.timeoutMs ?? 30_000;
  const timer = setTimeout(
    () => giveUp.reject(new ConnectionError(`The agent of ${endpoint.name} said nothing for ${timeout / 1000} s.`)),
    timeout,
  );
  const abort = () => giveUp.reject(options.signal?.reason);
  options.signal?.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([giveUp.promise, openOrInstall(open, link, endpoint)]);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
  }
}

async function openOrInstall(open: () => Promise<AgentChannel>, link: Link, endpoint: Endpoint): Promise<AgentChannel> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof AgentExit) || !NOT_INSTALLED.has(error.code)) throw error;
    await installAgent(link, endpoint.name);
    return await open();
  }
}

/** For answers that are a number and then so many attempts. */
async function askKeys(agent: AgentChannel, text: string): Promise<readonly AttemptKey[]> {
  const [, ...lines] = await agent.ask(text, Number);
  return lines.map((line) => parseKey(line.split(" "), line));
}

/** One removal on the worker for each. */
const FORGET_AT_ONCE = 100;

function forgetBatches(keys: readonly AttemptKey[]): AttemptKey[][] {
  const batches: AttemptKey[][] = [];
  for (const one of Map.groupBy(keys, (key) => key.submission).values()) {
    for (let from = 0; from < one.length; from += FORGET_AT_ONCE) batches.push(one.slice(from, from + FORGET_AT_ONCE));
  }
  return batches;
}

class RemoteWorker implements Worker {
  readonly endpoint: Endpoint;
  readonly hello: Hello;
  readonly closed: Promise<Error | undefined>;
  readonly #agent: AgentChannel;
  readonly #raw: ChannelLink;
  readonly #clock: LeaseClock;
  #link: Link;

  constructor(endpoint: Endpoint, link: ChannelLink, agent: AgentChannel, hello: Hello) {
    this.endpoint = endpoint;
    this.hello = hello;
    this.#raw = link;
    this.#link = link;
    this.#agent = agent;
    this.#clock = new LeaseClock(hello.uptimeMs ?? 0, agent.heardAt);
    // The connection knows better than the channel why it broke.
    this.closed = agent.closed.then(async (error) => {
      void link.close();
      return error && ((await link.closed) ?? error);
    });
  }

  get link(): Link {
    return this.#link;
  }

  #speaks(version: number): boolean {
    return this.hello.protocol >= version;
  }

  #need(version: number, what: string): void {
    if (this.#speaks(version)) return;
    throw new VersionError(
      `The agent of ${this.endpoint.name} speaks version ${this.hello.protocol} of Lido's protocol, which has no ${what}. Use the newer version of Lido on both sides.`,
    );
  }

  async #ask(text: string): Promise<string> {
    const [line = ""] = await this.#agent.ask(text);
    return line;
  }

  async fence(queue: string, epoch: number): Promise<void> {
    const fenced = this.#ask(request.fence(queue, epoch));
    const leased = this.#speaks(2) ? this.renewLease() : undefined;
    leased?.catch(() => {});
    expectOk(await fenced);
    await leased;
  }

  async renewLease(): Promise<void> {
    this.#need(2, "leases");
    const uptimeMs = parseLease(await this.#ask(request.lease(this.#clock.at(performance.now()))));
    this.#clock.hear(uptimeMs, performance.now());
  }

  async take(reconciler: Reconciler): Promise<void> {
    this.#link = guardedLink(this.#raw, this.endpoint, reconciler);
    expectOk(await this.#ask(request.take(reconciler)));
  }

  async submit(submission: Submission): Promise<void> {
    if (submission.limits !== undefined) this.#need(2, "time limits and leases");
    expectOk(await this.#ask(request.submit(submission)));
  }

  async start(start: StartRequest): Promise<StartAnswer> {
    return parseStartAnswer(await this.#ask(request.start(start)));
  }

  async query(key: AttemptKey): Promise<AttemptStatus> {
    return parseStatus(await this.#ask(request.query(key)));
  }

  running(): Promise<readonly AttemptKey[]> {
    return askKeys(this.#agent, request.running());
  }

  unread(): Promise<readonly AttemptKey[]> {
    return askKeys(this.#agent, request.unread());
  }

  async acknowledge(key: AttemptKey): Promise<void> {
    expectOk(await this.#ask(request.acknowledge(key)));
  }

  async forget(keys: readonly AttemptKey[]): Promise<readonly AttemptKey[]> {
    if (!this.#speaks(2)) return keys;
    return this.#askInBatches(keys, request.forget);
  }

  async settle(keys: readonly AttemptKey[]): Promise<readonly AttemptKey[]> {
    if (this.#speaks(3)) return this.#askInBatches(keys, request.settle);
    const acknowledged = keys.map((key) => this.acknowledge(key));
    const [stay] = await Promise.all([this.forget(keys), ...acknowledged]);
    return stay;
  }

  async #askInBatches(
    keys: readonly AttemptKey[],
    words: (batch: readonly AttemptKey[]) => string,
  ): Promise<readonly AttemptKey[]> {
    const batches = forgetBatches(keys).map((batch) => askKeys(this.#agent, words(batch)));
    return (await Promise.all(batches)).flat();
  }

  async cancel(key: AttemptKey, graceSeconds: number): Promise<AttemptStatus> {
    return parseStatus(await this.#ask(request.cancel(key, graceSeconds)));
  }

  async takeBack(key: AttemptKey): Promise<"taken" | "not-now" | AttemptStatus> {
    this.#need(3, "taking back of attempts");
    const answer = await this.#ask(request.takeBack(key));
    return answer === "taken" || answer === "not-now" ? answer : parseStatus(answer);
  }

  async cordon(reason: string): Promise<void> {
    expectOk(await this.#ask(request.cordon(reason)));
  }

  async uncordon(): Promise<void> {
    expectOk(await this.#ask(request.uncordon()));
  }

  async captureEnvironment(): Promise<void> {
    expectOk(await this.#ask(request.environment()));
  }

  async publishRoster(roster: Roster): Promise<void> {
    expectOk(await this.#ask(request.roster(roster)));
  }

  async readRoster(): Promise<Roster | undefined> {
    const text = await this.#ask(request.readRoster());
    return text === "" ? undefined : (JSON.parse(text) as Roster);
  }

  readLog(
    key: AttemptKey,
    options: { readonly offset: number; readonly follow: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<Buffer> {
    return readLog(this.#raw, { poolKey: this.endpoint.poolKey, key, ...options });
  }

  collectLogs(
    keys: readonly AttemptKey[],
    options: { readonly capBytes: number; readonly signal?: AbortSignal },
  ): AsyncIterable<CollectedLog> {
    return collectLogs(this.#raw, { poolKey: this.endpoint.poolKey, keys, ...options });
  }

  async ping(): Promise<void> {
    expectOk(await this.#ask(request.ping()));
  }

  async close(): Promise<void> {
    this.#agent.close();
    await this.#raw.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
