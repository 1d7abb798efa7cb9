/**
 * Decides which host key is expected of a host. In this order: what the inventory pins, known_hosts, what a worker there
 * was pinned to, the first contact where the user said so. Without any of these nothing is sent, and the error shows the
 * fingerprint and how to pin it. What was trusted once is kept in Lido's own known_hosts and never changes by itself.
 */
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { HostKeyRule } from "../../../spec/index.ts";
import {
  AuthenticationError,
  fingerprint,
  type Hop,
  HostKeyError,
  lidoHome,
  shownHostKey,
} from "../../../worker/index.ts";
import type { Address } from "./address.ts";
import { knownKeys, knownName } from "./known-hosts.ts";

export interface Unpinned {
  /** How the inventory calls it. */
  readonly name: string;
  readonly address: Address;
  readonly jump: readonly Hop[];
  readonly rule?: HostKeyRule;
  /** What a worker there was pinned to before. */
  readonly pinned?: string;
  readonly signal?: AbortSignal;
}

export interface Pin {
  readonly key: string;
  /** Who says so, for the message when another key is shown. */
  readonly source: string;
}

/** Other types may stand in known_hosts too; the one that every server has is asked for. */
const PREFERRED: readonly string[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
];

/** @throws AuthenticationError when no key may be taken, ConnectionError */
export async function expectedKey(host: Unpinned): Promise<Pin> {
  const { rule, pinned } = host;
  if (rule?.kind === "key") return { key: rule.key, source: "the inventory" };
  if (rule?.kind === "fingerprint") return byFingerprint(host, rule.fingerprint);
  const known = await readKnown(host.address);
  const revoked = known.flatMap((file) => file.revoked);
  const allowed = known.flatMap(({ keys, source }) => keys.map((key) => ({ key, source })));
  const taken = allowed.filter(({ key }) => !revoked.includes(key)).toSorted(byPreference);
  const pin = taken.find(({ key }) => key === pinned) ?? taken[0];
  if (pin !== undefined) return pin;
  if (pinned !== undefined && !revoked.includes(pinned)) return { key: pinned, source: "this pool's state" };
  const key = await show(host);
  if (revoked.includes(key)) {
    throw new HostKeyError(`${host.name}: its host key ${fingerprint(key)} is revoked in known_hosts.`);
  }
  return rule === undefined ? refuseUnknown(host, key) : trustFirst(host, key);
}

async function byFingerprint(host: Unpinned, wanted: string): Promise<Pin> {
  const { pinned } = host;
  if (pinned !== undefined && fingerprint(pinned) === wanted) return { key: pinned, source: "the inventory" };
  const shown = await show(host);
  if (fingerprint(shown) === wanted) return { key: shown, source: "the inventory" };
  throw new HostKeyError(
    `${host.name} shows another host key than the inventory pins: expected ${wanted}, got ${fingerprint(shown)}.\n` +
      "Somebody may be listening in, or the machine was made anew. Nothing was sent to it.",
  );
}

function refuseUnknown(host: Unpinned, key: string): never {
  throw new AuthenticationError(
    `${host.name}: its host key ${fingerprint(key)} is not known. Compare it (on the host: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), ` +
      `then pin it in the inventory: \`hostKey: ${key}\`. \`hostKey: trust-first\` takes the first one that is shown.`,
  );
}

async function trustFirst(host: Unpinned, key: string): Promise<Pin> {
  const { host: address, port, alias } = host.address;
  await mkdir(lidoHome(), { recursive: true, mode: 0o700 });
  await appendFile(ownFile(), `${knownName(address, port, alias)} ${key}\n`, { mode: 0o600 });
  return { key, source: ownFile() };
}

function show({ name, address, jump, signal }: Unpinned): Promise<string> {
  const { host, port, user } = address;
  const way = jump.length === 0 ? {} : { jump };
  return shownHostKey({ name, host, port, user, ...way }, signal === undefined ? {} : { signal });
}

/** What each file has for the host. */
async function readKnown({ host, port, alias, knownHostsFiles }: Address) {
  const name = knownName(host, port, alias);
  return Promise.all(
    [...knownHostsFiles.map(fromHome), ownFile()].map(async (source) => {
      const text = await readFile(source, "utf8").catch(() => "");
      return { source, ...knownKeys(text, name) };
    }),
  );
}

function ownFile(): string {
  return join(lidoHome(), "known_hosts");
}

function fromHome(path: string): string {
  return path.startsWith("~/") ? homedir() + path.slice(1) : path;
}

function byPreference(a: Pin, b: Pin): number {
  const rank = ({ key }: Pin): number => {
    const place = PREFERRED.indexOf(key.split(" ")[0] ?? "");
    return place === -1 ? PREFERRED.length : place;
  };
  return rank(a) - rank(b);
}
