/**
 * The way to a worker through jump hosts. All workers behind one jump host share one connection to it, or a pool of fifty
 * would make fifty handshakes there at once; it ends with the last of them. Whoever connects logs in with their own keys.
 */
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { AuthenticationError, ConnectionError } from "./errors.ts";
import { connectClient, type Handshake, type Target } from "./handshake.ts";
import { loginKeys } from "./identities.ts";
import type { Hop } from "./roster.ts";

/** The keys that ssh tries by itself. */
const USUAL_FILES: readonly string[] = ["~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"];

export interface Way {
  readonly stream: Duplex;
  /** Idempotent. */
  release(): void;
}

interface Shared {
  readonly client: Promise<Client>;
  users: number;
}

const open = new Map<string, Shared>();

type Limits = Pick<Handshake, "signal" | "timeoutMs">;

/** undefined where there is no jump host. @throws ConnectionError, AuthenticationError */
export async function wayThrough(target: Omit<Target, "hostKey">, limits: Limits): Promise<Way | undefined> {
  const hops = target.jump ?? [];
  const last = hops.at(-1);
  if (last === undefined) return undefined;
  const release = share(hops, limits);
  try {
    const client = await (open.get(keyOf(hops)) as Shared).client;
    const { host, port } = target;
    const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
    client.forwardOut("127.0.0.1", 0, host, port, (error, stream) => (error ? reject(error) : resolve(stream)));
    return { stream: await promise, release };
  } catch (cause) {
    release();
    if (cause instanceof AuthenticationError || cause instanceof ConnectionError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectionError(`Cannot reach ${target.name} through the jump host ${told(last)}: ${why}`, { cause });
  }
}

/** Counts one more user of the connection to the last of `hops`, and makes it where there is none. */
function share(hops: readonly Hop[], limits: Limits): () => void {
  const key = keyOf(hops);
  const shared = open.get(key) ?? { client: connectHop(hops, limits, () => open.delete(key)), users: 0 };
  open.set(key, shared);
  shared.users += 1;
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    shared.users -= 1;
    if (shared.users > 0) return;
    if (open.get(key) === shared) open.delete(key);
    void shared.client.then((client) => client.end()).catch(() => {});
  };
}

async function connectHop(hops: readonly Hop[], limits: Limits, onOver: () => void): Promise<Client> {
  const hop = hops.at(-1) as Hop;
  try {
    const { identityFiles, ...rest } = hop;
    const { methods, told: keys } = await loginKeys(hop.user, { files: identityFiles ?? USUAL_FILES });
    const target = { ...rest, name: `the jump host ${hop.host}`, jump: hops.slice(0, -1) };
    // Of one who gave up others may still wait for it: only its own time limit ends it.
    const { timeoutMs } = limits;
    const given = { methods, refusal: `took none of your keys. Tried: ${keys}.` };
    const client = await connectClient(target, { ...given, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    client.once("close", onOver);
    return client;
  } catch (error) {
    onOver();
    throw error;
  }
}

const keyOf = (hops: readonly Hop[]): string => JSON.stringify(hops);
const told = ({ user, host, port }: Hop): string => `${user}@${host}:${port}`;
