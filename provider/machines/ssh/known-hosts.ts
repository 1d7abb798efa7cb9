/** Which host keys a known_hosts file has for a host: plain and hashed names, patterns, markers. Pure. */
import { createHmac } from "node:crypto";

export interface KnownKeys {
  /** `ssh-ed25519 AAAA…`, in the order of the file. */
  readonly keys: readonly string[];
  /** Never to be taken, whatever else is said. */
  readonly revoked: readonly string[];
}

/** How a host is called in known_hosts: port 22 is not said, an alias has no port. */
export function knownName(host: string, port: number, alias?: string): string {
  if (alias !== undefined) return alias.toLowerCase();
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

export function knownKeys(text: string, name: string): KnownKeys {
  const keys: string[] = [];
  const revoked: string[] = [];
  for (const line of text.split("\n")) {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") === true ? words.shift() : undefined;
    const [names, type, blob] = words;
    if (names === undefined || type === undefined || blob === undefined || names.startsWith("#")) continue;
    if (!matches(names, name)) continue;
    if (marker === "@revoked") revoked.push(`${type} ${blob}`);
    // A certificate authority vouches for keys that are shown with a certificate, which Lido does not ask for.
    else if (marker === undefined) keys.push(`${type} ${blob}`);
  }
  return { keys, revoked };
}

function matches(names: string, name: string): boolean {
  if (names.startsWith("|1|")) return isHashOf(names, name);
  const patterns = names.toLowerCase().split(",");
  const isNot = patterns.some((pattern) => pattern.startsWith("!") && isLike(pattern.slice(1), name));
  return !isNot && patterns.some((pattern) => !pattern.startsWith("!") && isLike(pattern, name));
}

function isHashOf(hashed: string, name: string): boolean {
  const [, , salt = "", hash = ""] = hashed.split("|");
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}

function isLike(pattern: string, name: string): boolean {
  const literal = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(name);
}
