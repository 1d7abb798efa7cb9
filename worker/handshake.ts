/**
 * Opens one SSH connection, through jump hosts where there are some: the host key is checked before anything is sent,
 * then the keys are tried in order. It never retries, never forwards an agent and never accepts another host key.
 */
import ssh2, { type ConnectConfig } from "ssh2";
import { AuthenticationError, ConnectionError, HostKeyError } from "./errors.ts";
import { type Way, wayThrough } from "./hops.ts";
import { fingerprint, keyType } from "./host-key.ts";
import type { Hop } from "./roster.ts";

/** Where a connection goes. */
export interface Target {
  /** How it is called in messages. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The pinned public host key. */
  readonly hostKey: string;
  readonly jump?: readonly Hop[];
}

export interface Handshake {
  readonly methods: readonly ssh2.AuthMethod[];
  /** The sentence when no key was taken, after `gpu-1 (me@host:22)`. */
  readonly refusal: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** @throws ConnectionError, AuthenticationError, the signal's reason */
export async function connectClient(target: Target, handshake: Handshake): Promise<ssh2.Client> {
  handshake.signal?.throwIfAborted();
  const way = await wayThrough(target, handshake);
  const client = new ssh2.Client();
  client.once("close", () => way?.release());
  const shown: { key?: string } = {};
  try {
    await ready(client, config(target, handshake, { shown, way }), handshake.signal);
    return client;
  } catch (cause) {
    client.destroy();
    way?.release();
    throw handshake.signal?.aborted ? cause : explain(target, handshake, { cause, shown: shown.key });
  }
}

/** The host key that a server shows, before anything is sent to it. @throws ConnectionError */
export async function shownHostKey(
  target: Omit<Target, "hostKey">,
  options: Pick<Handshake, "signal" | "timeoutMs"> = {},
): Promise<string> {
  const handshake = { ...options, methods: [], refusal: "" };
  const way = await wayThrough(target, handshake);
  const client = new ssh2.Client();
  const shown: { key?: string } = {};
  const { algorithms: _, ...rest } = config({ ...target, hostKey: "" }, handshake, { shown, way });
  try {
    await ready(client, rest, options.signal);
  } catch (cause) {
    if (shown.key === undefined) throw explain({ ...target, hostKey: "" }, handshake, { cause, shown: undefined });
  } finally {
    client.destroy();
    way?.release();
  }
  if (shown.key === undefined) throw new ConnectionError(`${target.name} showed no host key.`);
  return shown.key;
}

function ready(client: ssh2.Client, connect: ConnectConfig, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  client.once("ready", () => resolve());
  client.on("error", reject);
  client.once("close", () => reject(new Error("the connection was closed during the handshake")));
  client.connect(connect);
  // Before the handshake: each of its messages would wait 40 ms for the other side's acknowledgement.
  client.setNoDelay(true);
  return promise.finally(() => signal?.removeEventListener("abort", abort));
}

interface Begun {
  readonly shown: { key?: string };
  readonly way: Way | undefined;
}

function config(target: Target, { methods, timeoutMs }: Handshake, { shown, way }: Begun): ConnectConfig {
  const [type = "", pinned = ""] = target.hostKey.split(" ");
  const sock = way === undefined ? {} : { sock: way.stream as NonNullable<ConnectConfig["sock"]> };
  return {
    ...sock,
    host: target.host,
    port: target.port,
    username: target.user,
    authHandler: [...methods],
    readyTimeout: timeoutMs ?? TIMEOUT_MS,
    // A dead connection is noticed within 20 s. Each ping wakes both sides: with 200 idle workers they are most of what is done.
    keepaliveInterval: 10_000,
    keepaliveCountMax: 1,
    agentForward: false,
    algorithms: {
      // The pinned key's own type, or the server might show another of its keys.
      serverHostKey: (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]) as ssh2.ServerHostKeyAlgorithm[],
      cipher: ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes128-ctr"],
    },
    hostVerifier: (key: Buffer) => {
      shown.key = `${keyType(key)} ${key.toString("base64")}`;
      return key.toString("base64") === pinned;
    },
  };
}

function explain(
  target: Target,
  { refusal }: Handshake,
  { cause, shown }: { readonly cause: unknown; readonly shown: string | undefined },
): Error {
  const where = `${target.name} (${target.user}@${target.host}:${target.port})`;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof AuthenticationError || cause instanceof ConnectionError) return cause;
  if (shown !== undefined && shown.split(" ")[1] !== target.hostKey.split(" ")[1]) {
    return new HostKeyError(
      `${where} shows another host key than the pinned one: expected ${fingerprint(target.hostKey)}, got ${fingerprint(shown)}.\n` +
        "Somebody may be listening in, or the machine was made anew. Nothing was sent to it.",
      { cause },
    );
  }
  if ((cause as { level?: string }).level === "client-authentication") {
    return new AuthenticationError(`${where} ${refusal}`, { cause });
  }
  return new ConnectionError(`Cannot reach ${where}: ${message}`, { cause });
}
