/**
 * One SSH connection to one worker: connects, checks the pinned host key, runs commands. It never retries and never
 * accepts another host key; who wants to try again opens a new link.
 */
import { createHash } from "node:crypto";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import ssh2, { type ClientChannel, type ConnectConfig } from "ssh2";
import { AuthenticationError, ConnectionError } from "./errors.ts";
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

export function fingerprint(hostKey: string): string {
  const blob = Buffer.from(hostKey.split(" ")[1] ?? "", "base64");
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** @throws ConnectionError, AuthenticationError */
export async function openLink(endpoint: Endpoint, options: LinkOptions): Promise<ChannelLink> {
  options.signal?.throwIfAborted();
  const client = new ssh2.Client();
  const shown: { key?: string } = {};
  try {
    await handshake(client, endpoint, { ...options, shown });
  } catch (cause) {
    client.destroy();
    throw options.signal?.aborted ? cause : explain(endpoint, cause, shown.key);
  }
  return new SshLink(client, endpoint);
}

function handshake(
  client: ssh2.Client,
  endpoint: Endpoint,
  options: LinkOptions & { readonly shown: { key?: string } },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(options.signal?.reason);
  options.signal?.addEventListener("abort", abort, { once: true });
  client.once("ready", () => resolve());
  client.on("error", reject);
  client.once("close", () => reject(new Error("the connection was closed during the handshake")));
  client.connect(config(endpoint, options));
  // Before the handshake: each of its messages would wait 40 ms for the other side's acknowledgement.
  client.setNoDelay(true);
  return promise.finally(() => options.signal?.removeEventListener("abort", abort));
}

function config(endpoint: Endpoint, options: LinkOptions & { readonly shown: { key?: string } }): ConnectConfig {
  const [type = "", pinned = ""] = endpoint.hostKey.split(" ");
  return {
    host: endpoint.host,
    port: endpoint.port,
    username: endpoint.user,
    privateKey: options.privateKey,
    readyTimeout: options.timeoutMs ?? 10_000,
    keepaliveInterval: 5_000,
    keepaliveCountMax: 3,
    agentForward: false,
    algorithms: {
      // The pinned key's own type, or the server might show another of its keys.
      serverHostKey: (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]) as ssh2.ServerHostKeyAlgorithm[],
      cipher: ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes128-ctr"],
    },
    hostVerifier: (key: Buffer) => {
      options.shown.key = `${type} ${key.toString("base64")}`;
      return key.toString("base64") === pinned;
    },
  };
}

function explain(endpoint: Endpoint, cause: unknown, shownKey: string | undefined): Error {
  const where = `${endpoint.name} (${endpoint.user}@${endpoint.host}:${endpoint.port})`;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (shownKey !== undefined && shownKey.split(" ")[1] !== endpoint.hostKey.split(" ")[1]) {
    return new AuthenticationError(
      `${where} shows another host key than the pinned one: expected ${fingerprint(endpoint.hostKey)}, got ${fingerprint(shownKey)}.\n` +
        "Somebody may be listening in, or the machine was made anew. Nothing was sent to it.",
      { cause },
    );
  }
  if ((cause as { level?: string }).level === "client-authentication") {
    return new AuthenticationError(`${where} refused the pool's key.`, { cause });
  }
  return new ConnectionError(`Cannot reach ${where}: ${message}`, { cause });
}

class SshLink implements ChannelLink {
  readonly closed: Promise<Error | undefined>;
  readonly #client: ssh2.Client;
  readonly #endpoint: Endpoint;
  readonly #beside = new Semaphore(CHANNELS_BESIDE_AGENT);
  #closing = false;

  constructor(client: ssh2.Client, endpoint: Endpoint) {
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

  open(command: string): Promise<ClientChannel> {
    const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
    try {
      this.#client.exec(command, (error, channel) => {
        if (error)
          reject(new ConnectionError(`${this.#endpoint.name} opened no channel: ${error.message}`, { cause: error }));
        else resolve(channel);
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
      if (exit === undefined) reject(this.#lost("a command's channel broke"));
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
      // A peer that does not answer must not keep us: end() waits for it, destroy() does not.
      const timer = setTimeout(() => this.#client.destroy(), 500);
      void this.closed.then(() => clearTimeout(timer));
    }
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
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
