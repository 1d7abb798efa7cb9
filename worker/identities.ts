/**
 * The user's own keys: those of the SSH agent and of key files, in the order in which they are tried. Used to log in to
 * a host before it has the pool's key, and to jump hosts. It never asks for a passphrase and keeps nothing.
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import ssh2, { type ParsedKey } from "ssh2";

/** Which of the user's keys may be tried. */
export interface Identities {
  /** Paths of private keys; `~` is the home of whoever connects. */
  readonly files: readonly string[];
  /** Only the keys of `files`, also of those in the agent (IdentitiesOnly of ssh_config). */
  readonly filesOnly?: boolean;
  /** The agent's socket; SSH_AUTH_SOCK unless told, "none" for no agent. */
  readonly agent?: string;
}

export interface LoginKeys {
  readonly methods: readonly (ssh2.PublicKeyAuthMethod | ssh2.AgentAuthMethod)[];
  /** What was tried, and what could not be, for the message when nothing helps. */
  readonly told: string;
}

/** sshd gives up after 6 keys (MaxAuthTries); one of them may be the pool's. */
const AGENT_KEYS_AT_MOST = 4;

export async function loginKeys(user: string, identities: Identities): Promise<LoginKeys> {
  const files = await Promise.all(identities.files.map((path) => readKey(path)));
  const agent = await readAgent(identities.agent);
  const inFiles = files.flatMap(({ blob }) => blob ?? []);
  const isNamed = (key: ParsedKey): boolean => inFiles.some((blob) => blob.equals(key.getPublicSSH()));
  const named = agent.keys.filter(isNamed);
  const others = identities.filesOnly === true ? [] : agent.keys.filter((key) => !isNamed(key));
  const chosen = [...named, ...others].slice(0, AGENT_KEYS_AT_MOST);
  const readable = files.flatMap(({ text }) => text ?? []);
  const fromAgent: ssh2.AgentAuthMethod[] =
    agent.socket === undefined || chosen.length === 0
      ? []
      : [{ type: "agent", username: user, agent: new SomeKeys(agent.socket, chosen) }];
  const fromFiles = readable.map((key): ssh2.PublicKeyAuthMethod => ({ type: "publickey", username: user, key }));
  // An agent's key that a file names is meant; else files come first, being few.
  const methods = named.length > 0 ? [...fromAgent, ...fromFiles] : [...fromFiles, ...fromAgent];
  const told = [...files.flatMap(({ told: file }) => file ?? []), agent.told].join("; ");
  return { methods, told };
}

interface KeyFile {
  readonly text?: string;
  /** Of its public half, where that is known. */
  readonly blob?: Buffer;
  readonly told?: string;
}

async function readKey(path: string): Promise<KeyFile> {
  const file = expand(path);
  const publicHalf = blobOf(await readFile(`${file}.pub`, "utf8").catch(() => ""));
  const blob = publicHalf === undefined ? {} : { blob: publicHalf };
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? blob : { ...blob, told: `${path} cannot be read (${code})` };
  }
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) {
    const encrypted = /encrypted/i.test(key.message);
    const why = encrypted ? `is encrypted; add it to your SSH agent (ssh-add ${path})` : "is no private key";
    return { ...blob, told: `${path} ${why}` };
  }
  return key.isPrivateKey() ? { text, blob: key.getPublicSSH(), told: path } : { told: `${path} is no private key` };
}

function blobOf(text: string): Buffer | undefined {
  const key = text === "" ? new Error("empty") : ssh2.utils.parseKey(text);
  return key instanceof Error ? undefined : key.getPublicSSH();
}

interface ReadAgent {
  readonly socket?: string;
  readonly keys: readonly ParsedKey[];
  readonly told: string;
}

async function readAgent(socket = process.env.SSH_AUTH_SOCK): Promise<ReadAgent> {
  if (socket === undefined || socket === "" || socket === "none") return { keys: [], told: "no SSH agent" };
  const agent = new ssh2.OpenSSHAgent(expand(socket));
  const { promise, resolve } = Promise.withResolvers<readonly ParsedKey[] | undefined>();
  // An agent's own keys come parsed; the other forms of its type are for agents of the caller's making.
  agent.getIdentities((error, keys = []) => resolve(error ? undefined : (keys as ParsedKey[])));
  const keys = await promise;
  if (keys === undefined) return { keys: [], told: "your SSH agent does not answer" };
  return {
    socket: expand(socket),
    keys,
    told: `your SSH agent (${keys.length} key${keys.length === 1 ? "" : "s"})`,
  };
}

/** An agent of which only some keys are shown. */
class SomeKeys extends ssh2.OpenSSHAgent {
  readonly #keys: readonly ParsedKey[];

  constructor(socket: string, keys: readonly ParsedKey[]) {
    super(socket);
    this.#keys = keys;
  }

  override getIdentities(callback: Parameters<ssh2.OpenSSHAgent["getIdentities"]>[0]): void {
    callback(undefined, [...this.#keys]);
  }
}

function expand(path: string): string {
  return path === "~" || path.startsWith("~/") ? homedir() + path.slice(1) : path;
}
