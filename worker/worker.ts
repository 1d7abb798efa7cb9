/** One worker as the rest of Lido sees it: a link, the agent on it, and one method per request of the protocol. */
import type { AgentChannel } from "./agent-channel.ts";
import { AgentExit, openAgentChannel } from "./agent-channel.ts";
import { agentCommand, installAgent } from "./agent-code.ts";
import { ConnectionError } from "./errors.ts";
import { guardedLink } from "./guarded-link.ts";
import { type ChannelLink, openLink } from "./link.ts";
import { readLog } from "./log.ts";
import { expectOk, parseKey, parseStartAnswer, parseStatus, request } from "./protocol.ts";
import type { Roster } from "./roster.ts";
import type {
  AttemptKey,
  AttemptStatus,
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
  const link = await openLink(endpoint, options);
  try {
    const agent = await startAgent(link, endpoint, options);
    const [running, unread] = await Promise.all([askKeys(agent, request.running()), askKeys(agent, request.unread())]);
    return new RemoteWorker(endpoint, link, agent, { ...agent.hello, running, unread });
  } catch (error) {
    await link.close();
    throw error;
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

class RemoteWorker implements Worker {
  readonly endpoint: Endpoint;
  readonly hello: Hello;
  readonly closed: Promise<Error | undefined>;
  readonly #agent: AgentChannel;
  readonly #raw: ChannelLink;
  #link: Link;

  constructor(endpoint: Endpoint, link: ChannelLink, agent: AgentChannel, hello: Hello) {
    this.endpoint = endpoint;
    this.hello = hello;
    this.#raw = link;
    this.#link = link;
    this.#agent = agent;
    // The connection knows better than the channel why it broke.
    this.closed = agent.closed.then(async (error) => {
      void link.close();
      return error && ((await link.closed) ?? error);
    });
  }

  get link(): Link {
    return this.#link;
  }

  async #ask(text: string): Promise<string> {
    const [line = ""] = await this.#agent.ask(text);
    return line;
  }

  async fence(queue: string, epoch: number): Promise<void> {
    expectOk(await this.#ask(request.fence(queue, epoch)));
  }

  async take(reconciler: Reconciler): Promise<void> {
    this.#link = guardedLink(this.#raw, this.endpoint, reconciler);
    expectOk(await this.#ask(request.take(reconciler)));
  }

  async submit(submission: Submission): Promise<void> {
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

  async cancel(key: AttemptKey, graceSeconds: number): Promise<AttemptStatus> {
    return parseStatus(await this.#ask(request.cancel(key, graceSeconds)));
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
