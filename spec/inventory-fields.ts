/** The keys of one host in a hosts file, each also beside `hosts` as what holds for all: only what a single key may hold. */
import { readAccelerators } from "./accelerators.ts";
import { bad, good, type Read, show } from "./fault.ts";
import type { HostKeyRule } from "./inventory.ts";
import { readCount, readMemory } from "./quantity.ts";
import { labels } from "./resource-fields.ts";
import { text, wholeNumber } from "./scalars.ts";
import { reading, type Schema } from "./schema.ts";

export interface HostFields {
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  readonly hostKey?: HostKeyRule;
  readonly jump?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly cpus?: number;
  readonly memory?: number;
  readonly accelerators?: Readonly<Record<string, number>>;
  /** SkyPilot's spelling. */
  readonly identity_file?: string;
  readonly host_key?: HostKeyRule;
  readonly password?: never;
}

export function hostShape(): { readonly [K in keyof Required<HostFields>]: Schema<NonNullable<HostFields[K]>> } {
  return {
    user: text("user", "ubuntu"),
    port: wholeNumber("port", { min: 1, max: 65_535, example: 22 }),
    identityFile: text("identityFile", "~/.ssh/id_ed25519"),
    hostKey: reading(readHostKey),
    jump: reading(readJump),
    labels: labels(),
    cpus: reading((input) => exactly(readCount("cpus", input), "cpus: 8")),
    memory: reading((input) => exactly(readMemory("memory", input), "memory: 64GB")),
    accelerators: reading(readOffered),
    identity_file: text("identity_file", "~/.ssh/id_ed25519"),
    host_key: reading(readHostKey),
    password: reading(
      (): Read<never> =>
        bad(
          "`password` is not served: Lido logs in with keys only, and a password in a file is everybody's",
          "remove it, and put your public key on the host once: ssh-copy-id USER@HOST",
          { anchor: "key" },
        ),
    ),
  };
}

const KEY = /^(?<key>(?:ssh-|ecdsa-|sk-)[\w@.-]+ [A-Za-z0-9+/]+={0,2})(?:\s.*)?$/;
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}=?$/;

function readHostKey(input: unknown): Read<HostKeyRule> {
  const written = typeof input === "string" ? input.trim() : "";
  if (written === "trust-first") return good({ kind: "trust-first" });
  if (FINGERPRINT.test(written)) return good({ kind: "fingerprint", fingerprint: written.replace(/=$/, "") });
  const key = KEY.exec(written)?.groups?.["key"];
  if (key !== undefined) return good({ kind: "key", key });
  return bad(
    `\`hostKey\` must be a public key, its fingerprint or \`trust-first\`, not ${show(input)}`,
    "write `hostKey: ssh-ed25519 AAAA…` (a line of `ssh-keyscan HOST` without its first word), `hostKey: SHA256:…`, or `hostKey: trust-first`",
  );
}

const HOP = /^(?:[^\s@,/]+@)?(?:\[[0-9A-Fa-f:.%\w]+\]|[^\s@,:/[\]]+)(?::\d{1,5})?$/;

function readJump(input: unknown): Read<string> {
  const hops = typeof input === "string" ? input.split(",").map((hop) => hop.trim()) : [];
  if (hops.length > 0 && hops.every((hop) => HOP.test(hop))) return good(hops.join(","));
  return bad(
    `\`jump\` must name the hosts on the way, not ${show(input)}`,
    "write `jump: bastion`, `jump: me@bastion:2222`, `jump: outer,inner`, or `jump: none`",
  );
}

function exactly(read: Read<{ readonly value: number; readonly orMore: boolean }>, example: string): Read<number> {
  if (!("value" in read)) return read;
  if (!read.value.orMore) return good(read.value.value);
  return bad("a host has a number of its own, without a `+`", `write \`${example}\``);
}

function readOffered(input: unknown): Read<Readonly<Record<string, number>>> {
  const read = readAccelerators(input);
  if (!("value" in read)) return read;
  if (!read.value.ordered) return good(Object.fromEntries(read.value.options.map(({ name, count }) => [name, count])));
  return bad("`accelerators` of a host is no list: it has all of them", "write `accelerators: {H100: 8}`");
}
