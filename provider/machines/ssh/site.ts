/** One host as it can be connected to: its address, the way there, and the key that it must show. */
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import type { InventoryHost } from "../../../spec/index.ts";
import {
  type Endpoint,
  type Hop,
  HostKeyError,
  type Link,
  openLink,
  type RosterWorker,
} from "../../../worker/index.ts";
import { type Address, addressOf, hopAsked } from "./address.ts";
import { expectedKey } from "./host-keys.ts";

/** A host of the inventory, or one that only the pool itself remembers. */
export interface Site {
  /** How the inventory calls it, with its port where that name is another host's too: no two sites have one name. */
  readonly name: string;
  readonly host: InventoryHost;
  readonly address: Address;
  /** A worker that was there when the pool was last written down. */
  readonly known?: RosterWorker;
  /** In no inventory: only the roster says the way. */
  readonly isRemembered?: true;
  /** When it cannot be reached it is none of the pool's: the inventory was read and has it not, or its worker was removed. */
  readonly isDropped?: true;
}

/** Who connects. */
export interface Visitor {
  readonly poolKey: string;
  readonly privateKey: string;
  readonly signal?: AbortSignal;
}

const DEEPEST_JUMP = 8;
const CONNECT_MS = 10_000;

/** A worker whose host is in no inventory any more: the roster has all that is needed. */
export function rememberedSite(worker: RosterWorker, user: string): Site {
  const { host, port, hostKey } = worker;
  const rule = { kind: "key", key: hostKey } as const;
  const account = worker.user ?? user;
  return {
    name: host,
    host: { host, port, user: account, hostKey: rule, labels: {} },
    address: { host, port, user: account, identities: { files: [] }, knownHostsFiles: [], jump: [] },
    known: worker,
    isRemembered: true,
  };
}

/** @throws AuthenticationError, ConnectionError, UserError */
export async function openSite(
  site: Site,
  visitor: Visitor,
): Promise<{ readonly link: Link; readonly endpoint: Omit<Endpoint, "name"> }> {
  const { name, address, host, known } = site;
  const { poolKey, privateKey, signal } = visitor;
  const given = signal === undefined ? {} : { signal };
  const jump = await hopsOf(site, visitor);
  const pin = await expectedKey({
    name,
    address,
    jump,
    ...(host.hostKey === undefined ? {} : { rule: host.hostKey }),
    ...(known === undefined || known.hostKey === "" ? {} : { pinned: known.hostKey }),
    ...given,
  });
  const way = jump.length === 0 ? {} : { jump };
  const endpoint = { host: address.host, port: address.port, user: address.user, hostKey: pin.key, poolKey, ...way };
  const login = { privateKey, identities: address.identities, timeoutMs: CONNECT_MS, ...given };
  try {
    return { link: await openLink({ name, ...endpoint }, login), endpoint };
  } catch (error) {
    if (!(error instanceof HostKeyError)) throw error;
    throw new HostKeyError(
      `${error.message} The expected one is from ${pin.source}: change it there if the new key is right.`,
      { cause: error },
    );
  }
}

/** The hosts on the way, each with the key that it must show. A hop's own ProxyJump counts for the first one, as in ssh. */
async function hopsOf({ address, host, known, isRemembered }: Site, { signal }: Visitor): Promise<Hop[]> {
  if (isRemembered) return [...(known?.jump ?? [])];
  const hops: Hop[] = [];
  for (const { asked, found } of await resolveHops(address.jump, 0)) {
    const { host: name, port, user, identities } = found;
    const before = known?.jump?.find((hop) => hop.host === name && hop.port === port)?.hostKey;
    const pin = await expectedKey({
      name: `the jump host ${asked}`,
      address: found,
      jump: [...hops],
      ...(host.hostKey?.kind === "trust-first" ? { rule: host.hostKey } : {}),
      ...(before === undefined ? {} : { pinned: before }),
      ...(signal === undefined ? {} : { signal }),
    });
    const files = await existing(identities.files);
    const own = files.length === 0 ? {} : { identityFiles: files };
    hops.push({ host: name, port, user, hostKey: pin.key, ...own });
  }
  return hops;
}

async function resolveHops(
  jump: readonly string[],
  depth: number,
): Promise<{ readonly asked: string; readonly found: Address }[]> {
  const found = await Promise.all(jump.map(async (text) => ({ asked: text, found: await addressOf(hopAsked(text)) })));
  const before = found[0]?.found.jump ?? [];
  return before.length === 0 || depth >= DEEPEST_JUMP ? found : [...(await resolveHops(before, depth + 1)), ...found];
}

/** Of ssh's usual names only those that there are. */
async function existing(files: readonly string[]): Promise<string[]> {
  const there = await Promise.all(
    files.map((file) =>
      stat(file.replace(/^~(?=\/)/, homedir())).then(
        () => true,
        () => false,
      ),
    ),
  );
  return files.filter((_, index) => there[index]);
}
