/** A server's public key as text: `ssh-ed25519 AAAA…`, and the short form that people compare. */
import { createHash } from "node:crypto";

/** `SHA256:…`, as ssh-keygen -l prints it. */
export function fingerprint(hostKey: string): string {
  const blob = Buffer.from(hostKey.split(" ")[1] ?? "", "base64");
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** A key's own first word: its type. */
export function keyType(blob: Buffer): string {
  return blob.length < 4 ? "" : blob.subarray(4, 4 + blob.readUInt32BE(0)).toString("latin1");
}
