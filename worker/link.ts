/**
 * One SSH connection to one worker: connects by the pool's key, runs commands. It never retries; who wants to try again
 * opens a new link.
 */
import { constants } from "node:os";
import type { Readable } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { type Entry, entering, watchEntry } from "./entry.ts";
import { ConnectionError } from "./errors.ts";
import { connectClient } from "./handshake.ts";
import { loginKeys } from "./identities.ts";
import { Semaphore } from "./semaphore.ts";
import type { CommandResult, Endpoint, Link, LinkOptions, RunOptions } from "./types.ts";

/** sshd's MaxSessions is 10 by default; one is the agent's, and others of the user's may share nothing with us. */
const CHANNELS_BESIDE_AGENT = 4;
const KEPT_OUTPUT = 64 * 1024;

/** A link with what only the worker room needs: raw channels. */
export interface ChannelLink extends Link {
  /** The agent's. */
  open(command: string): Promise<ClientChannel>;
  /** Any other: waits while too many are open. */
  openBeside(command: string): Promise<ClientChannel>;
}

/** @throws ConnectionError, AuthenticationError */
export async function openLink(endpoint: Endpoint, options: LinkOptions): Promise<ChannelLink> {
  const { user } = endpoint;
  const own = { type: "publickey", username: user, key: options.privateKey } as const;
  const { identities } = options;
  const more = identities === undefined ? undefined : await loginKeys(user, identities);
  const client = await connectClient(endpoint, {
    ...options,
    methods: [own, ...(more?.methods ?? [])],
    refusal:
      more === undefined ? "refused the pool's key." : `took neither the pool's key nor yours. Tried: ${more.told}.`,
  });
  return new SshLink(client, endpoint);
}

class SshLink implements ChannelLink {
  readonly closed: Promise<Error | undefined>;
  readonly #client: Client;
  readonly #endpoint: Endpoint;
  readonly #beside = new Semaphore(CHANNELS_BESIDE_AGENT);
  readonly #entries = new WeakMap<ClientChannel, Entry>();
  #closing = false;

  constructor(client: Client, endpoint: Endpoint) {
    this.#client = client;
    this.#endpoint = endpoint;
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.closed = promise;
    let last: Error | undefined;
    client.removeAllListeners("error");
    client.on("error", (error: Error) => {
      last = error;
    });
    client.once("close", () => resolve(this.#closing ? undefined : this.#lost(last?.message)));
  }

  #lost(why = "the other side closed it"): ConnectionError {
    return new ConnectionError(`The connection to ${this.#endpoint.name} was lost: ${why}`);
  }

  #noShell(exit: number | null, said: string): ConnectionError {
    const { name, user, host } = this.#endpoint;
    const what = said === "" ? "" : `: ${said.slice(-500)}`;
    return new ConnectionError(
      `${name}: the login shell of ${user}@${host} ended with exit code ${exit ?? "none"} before it ran anything${what}`,
    );
  }

  open(command: string): Promise<ClientChannel> {
    const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
    try {
      this.#client.exec(entering(command, this.#endpoint.poolKey), (error, channel) => {
        if (error) {
          reject(new ConnectionError(`${this.#endpoint.name} opened no channel: ${error.message}`, { cause: error }));
          return;
        }
        this.#entries.set(channel, watchEntry(channel));
        resolve(channel);
      });
    } catch (cause) {
      reject(new ConnectionError(`${this.#endpoint.name} is not connected.`, { cause }));
    }
    return promise;
  }

  async openBeside(command: string): Promise<ClientChannel> {
    const release = await this.#beside.acquire();
    try {
      const channel = await this.open(command);
      channel.once("close", release);
      return channel;
    } catch (error) {
      release();
      throw error;
    }
  }

  async run(command: string, options: RunOptions = {}): Promise<CommandResult> {
    options.signal?.throwIfAborted();
    return await this.#finish(await this.openBeside(command), options);
  }

  async #finish(channel: ClientChannel, options: RunOptions): Promise<CommandResult> {
    const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
    const stdout = new Tail();
    const stderr = new Tail();
    const abort = () => {
      channel.close();
      reject(options.signal?.reason);
    };
    options.signal?.addEventListener("abort", abort, { once: true });
    const collect = (tail: Tail) => (chunk: Buffer) => {
      tail.add(chunk);
      options.onOutput?.(chunk);
    };
    channel.on("data", collect(stdout));
    channel.stderr.on("data", collect(stderr));
    // The `exit` event may come before anybody can listen; `close` carries the same and comes when all was read.
    channel.on("close", (exit: number | null | undefined, signal?: string) => {
      const entry = this.#entries.get(channel);
      if (exit === undefined) reject(this.#lost("a command's channel broke"));
      else if (entry?.begun === false) reject(this.#noShell(exit, `${entry.said} ${stderr.text()}`.trim()));
      else resolve({ code: exit ?? signalCode(signal), stdout: stdout.text(), stderr: stderr.text() });
    });
    channel.on("error", reject);
    feed(channel, options.stdin, reject);
    return promise.finally(() => options.signal?.removeEventListener("abort", abort));
  }

  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      this.#client.end();
      // A peer that does not answer must not keep us: end() waits for it.
      const timer = setTimeout(() => destroySocket(this.#client), 500);
      void this.closed.then(() => clearTimeout(timer));
    }
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The client's own destroy() does nothing once end() was said, and its keep-alives have stopped then too. */
function destroySocket(client: Client): void {
  (client as unknown as { readonly _sock?: Readable })._sock?.destroy();
}

/** `SIGKILL` -> 137, as a shell would say it. */
function signalCode(signal = ""): number {
  return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}

function feed(channel: ClientChannel, stdin: RunOptions["stdin"], reject: (reason: unknown) => void): void {
  if (stdin === undefined || typeof stdin === "string" || stdin instanceof Uint8Array) {
    channel.end(stdin);
    return;
  }
  const source = stdin as Readable;
  source.on("error", (error) => {
    channel.close();
    reject(error);
  });
  source.pipe(channel.stdin);
}

/** The last bytes of a stream, in bounded memory. */
class Tail {
  #chunks: Buffer[] = [];
  #size = 0;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size - (this.#chunks[0]?.length ?? 0) >= KEPT_OUTPUT) this.#size -= this.#chunks.shift()?.length ?? 0;
  }

  text(): string {
    return Buffer.concat(this.#chunks).subarray(-KEPT_OUTPUT).toString("utf8");
  }
}
