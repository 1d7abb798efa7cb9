/**
 * How a host of an inventory is reached: what the inventory says, then what ~/.ssh/config says. ssh itself is asked what
 * that is (`ssh -G`), since only it knows its patterns, includes and matches in full; nothing is connected to.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type InventoryHost, UserError } from "../../../spec/index.ts";
import type { Identities } from "../../../worker/index.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly identities: Identities;
  /** HostKeyAlias. */
  readonly alias?: string;
  readonly knownHostsFiles: readonly string[];
  /** The hosts on the way, as ProxyJump spells them. */
  readonly jump: readonly string[];
}

type Asked = Pick<InventoryHost, "host" | "port" | "user" | "identityFile" | "jump">;

const run = promisify(execFile);

/** @throws UserError when ~/.ssh/config cannot be read, or says what is not served */
export async function addressOf(asked: Asked): Promise<Address> {
  const config = await configOf(asked.host);
  const one = (key: string): string | undefined => config.get(key)?.[0];
  const proxy = one("proxycommand");
  if (proxy !== undefined && proxy !== "none" && asked.jump === undefined) {
    throw new UserError(
      `${asked.host}: ~/.ssh/config reaches it by a ProxyCommand, which Lido does not run. Write ProxyJump there, or \`jump:\` in the inventory.`,
    );
  }
  const jump = asked.jump ?? one("proxyjump") ?? "none";
  const host = one("hostname") ?? asked.host;
  const user = asked.user ?? one("user") ?? userInfo().username;
  const alias = one("hostkeyalias");
  return {
    host,
    port: asked.port ?? Number(one("port") ?? 22),
    user,
    identities: identitiesOf(asked.identityFile, config, { host, user }),
    ...(alias === undefined ? {} : { alias }),
    knownHostsFiles: ["userknownhostsfile", "globalknownhostsfile"]
      .flatMap((key) => one(key)?.split(" ") ?? [])
      .map((file) => expand(file, { host, user })),
    jump: jump === "none" ? [] : jump.split(",").map((hop) => hop.trim()),
  };
}

/** `me@bastion:2222`, `ssh://me@bastion:2222`, `[fe80::1]:22` */
export function hopAsked(text: string): Asked {
  const match = /^(?:ssh:\/\/)?(?:(?<user>[^@]+)@)?(?:\[(?<six>[^\]]+)\]|(?<host>[^:]+))(?::(?<port>\d+))?$/.exec(text);
  const { user, six, host, port } = match?.groups ?? {};
  return {
    host: six ?? host ?? text,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

type Config = ReadonlyMap<string, readonly string[]>;

function identitiesOf(
  named: string | undefined,
  config: Config,
  names: { readonly host: string; readonly user: string },
): Identities {
  const files = named === undefined ? (config.get("identityfile") ?? []) : [named];
  const agent = config.get("identityagent")?.[0];
  return {
    files: files.map((file) => expand(file, names)),
    filesOnly: config.get("identitiesonly")?.[0] === "yes",
    ...(agent === undefined || agent === "SSH_AUTH_SOCK" ? {} : { agent: expand(agent, names) }),
  };
}

/** `~` stays, since other computers may read it too. */
function expand(path: string, { host, user }: { readonly host: string; readonly user: string }): string {
  const tokens: Readonly<Record<string, string>> = {
    "%": "%",
    d: homedir(),
    h: host,
    r: user,
    u: userInfo().username,
  };
  return path.replaceAll(/%([%dhru])/g, (whole, token: string) => tokens[token] ?? whole);
}

/** Each keyword in lower case with its values. */
async function configOf(host: string): Promise<Config> {
  if (host.startsWith("-")) throw new UserError(`${host} is not the name of a host.`);
  const own = join(homedir(), ".ssh", "config");
  // ssh looks into the home of the account, whatever HOME says.
  const file = homedir() === userInfo().homedir || !existsSync(own) ? [] : ["-F", own];
  try {
    const { stdout } = await run("ssh", [...file, "-G", "--", host], { timeout: 20_000 });
    return read(stdout);
  } catch (cause) {
    const { code, stderr = "" } = cause as NodeJS.ErrnoException & { readonly stderr?: string };
    if (code === "ENOENT" && !existsSync(own))
      return read("identityfile ~/.ssh/id_ed25519\nidentityfile ~/.ssh/id_rsa");
    const why = code === "ENOENT" ? "there is no `ssh` here to read it; install OpenSSH's client" : stderr.trim();
    throw new UserError(`~/.ssh/config cannot be used for ${host}: ${why || String(cause)}`, { cause });
  }
}

function read(text: string): Config {
  const config = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [key = "", ...rest] = line.trim().split(" ");
    if (key !== "") config.set(key, [...(config.get(key) ?? []), rest.join(" ")]);
  }
  return config;
}
