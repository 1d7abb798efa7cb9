/**
 * Looks at every host of an inventory: what is there, whose it is, or why it cannot be reached. Bounded side by side, so
 * that neither this computer nor a jump host is flooded with handshakes. Changes nothing on any host.
 */
import { readFileSync } from "node:fs";
import type { Inventory, InventoryHost } from "../../../spec/index.ts";
import { ConnectionError, type Endpoint, type Link, quote, type RosterWorker } from "../../../worker/index.ts";
import { addressOf } from "./address.ts";
import { type Facts, factsOf } from "./facts.ts";
import { openSite, rememberedSite, type Site, type Visitor } from "./site.ts";

/** One host as it was seen. */
export type Sight =
  | { readonly kind: "reached"; readonly site: Site; readonly facts: Facts; readonly endpoint: Omit<Endpoint, "name"> }
  | { readonly kind: "unreachable"; readonly site: Site; readonly reason: string };

export interface Surveyor extends Visitor {
  /** The pool's public key. */
  readonly publicKey: string;
}

const AT_ONCE = 16;
/** A wipe waits half a minute for uploads. */
const SCRIPT_MS = 90_000;

/** Which hosts there are, each with the worker that was known there; then those that only the pool remembers: without an inventory all. */
export async function sitesOf(
  inventory: Inventory | undefined,
  known: readonly RosterWorker[],
  user: string,
): Promise<Site[]> {
  const sites = await atOnce(inventory?.hosts ?? [], (host) => siteOf(host, known));
  const named = new Set(sites.map(({ known: worker }) => worker?.id));
  const left = known.filter(({ id, host }) => !named.has(id) && host !== "");
  const fate = inventory === undefined ? {} : ({ isDropped: true } as const);
  return toldApart([...sites, ...left.map((worker) => ({ ...rememberedSite(worker, user), ...fate }))]);
}

/** Several hosts behind one address have a port each, which is part of their names then; else the account is too. */
function toldApart(sites: readonly Site[]): Site[] {
  const ways = [
    ({ name }: Site) => name,
    ({ name, address }: Site) => `${name}:${address.port}`,
    ({ name, address }: Site) => `${address.user}@${name}:${address.port}`,
  ];
  const counts = ways.map((way) => Map.groupBy(sites, way));
  return sites.map((site) => {
    const names = ways.map((way) => way(site));
    const only = names.find((name, index) => counts[index]?.get(name)?.length === 1);
    return { ...site, name: only ?? site.name };
  });
}

async function siteOf(host: InventoryHost, known: readonly RosterWorker[]): Promise<Site> {
  const address = await addressOf(host);
  const worker = known.find((one) => one.host === address.host && one.port === address.port);
  return { name: host.host, host, address, ...(worker === undefined ? {} : { known: worker }) };
}

export function lookAtAll(sites: readonly Site[], surveyor: Surveyor): Promise<Sight[]> {
  return atOnce(sites, (site) => lookAt(site, surveyor));
}

/** Never throws but for the signal. */
export async function lookAt(site: Site, surveyor: Surveyor): Promise<Sight> {
  try {
    const { link, endpoint } = await openSite(site, surveyor);
    await using open = link;
    return { kind: "reached", site, endpoint, facts: await factsOn(open, site, surveyor) };
  } catch (error) {
    surveyor.signal?.throwIfAborted();
    return { kind: "unreachable", site, reason: error instanceof Error ? error.message : String(error) };
  }
}

export async function factsOn(link: Link, site: Site, { poolKey, publicKey, signal }: Surveyor): Promise<Facts> {
  const words = { action: "look", pool: poolKey, key: publicKey };
  const facts = factsOf(await runOn(link, { script: "host.sh", shell: "sh", words, name: site.name }, signal));
  if (facts === undefined) throw new ConnectionError(`${site.name} did not tell what it has to the end.`);
  return facts;
}

export interface HostScript {
  readonly script: "host.sh" | "wipe.sh";
  readonly shell: "sh" | "bash";
  readonly words: Readonly<Record<string, string>>;
  /** Of the host, for messages. */
  readonly name: string;
}

/** Its stdout. Words travel on stdin. @throws ConnectionError when it is not over in time */
export async function runOn(
  link: Link,
  { script, shell, words, name }: HostScript,
  signal: AbortSignal | undefined,
): Promise<string> {
  const text = readFileSync(new URL(`./${script}`, import.meta.url), "utf8");
  const assigned = Object.entries(words).map(([word, value]) => `${word}=${quote(value)}\n`);
  const tooLong = AbortSignal.timeout(SCRIPT_MS);
  const limits = AbortSignal.any([tooLong, ...(signal === undefined ? [] : [signal])]);
  const chunks: Buffer[] = [];
  try {
    // The result's own text is only the end of what was said, and a roster may be long.
    const { code } = await link.run(`exec ${shell} -s 2>/dev/null`, {
      stdin: `${assigned.join("")}${text}`,
      onOutput: (chunk) => chunks.push(chunk),
      signal: limits,
    });
    if (code === 0) return Buffer.concat(chunks).toString();
    throw new ConnectionError(`${name} cannot be worked on: \`${shell}\` ended there with exit code ${code}.`);
  } catch (error) {
    if (!tooLong.aborted || error instanceof ConnectionError) throw error;
    throw new ConnectionError(`${name} let itself be logged in to, and did not answer within ${SCRIPT_MS / 1000} s.`);
  }
}

async function atOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
