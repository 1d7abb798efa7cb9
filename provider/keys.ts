/**
 * The pool's own key pair: made once, kept as a file (0600) for the runner and as a secret in the state. A provider that
 * was killed before the state was written finds the file again.
 */
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import ssh2 from "ssh2";
import { UserError } from "../spec/index.ts";
import { generateKeyPair, lidoHome, poolKey } from "../worker/index.ts";

export interface PoolKeys {
  /** OpenSSH PEM text. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
  /** Path of the private key's file. */
  readonly file: string;
}

export function keyFile(identity: string): string {
  return join(lidoHome(), "keys", poolKey(identity));
}

/** `known`: the private key as the state has it; it wins over the file. @throws UserError when the file cannot be written */
export async function poolKeys(identity: string, known?: string): Promise<PoolKeys> {
  const file = keyFile(identity);
  const onDisk = await readFile(file, "utf8").catch(() => undefined);
  const privateKey = known ?? onDisk ?? generateKeyPair().private;
  if (onDisk !== privateKey) await store(file, privateKey);
  return keysOf(identity, privateKey);
}

/** Of the key in the state, without touching its file. */
export function keysOf(identity: string, privateKey: string): PoolKeys {
  return { privateKey, publicKey: publicKeyOf(privateKey), file: keyFile(identity) };
}

/** With the drafts of runs that were killed while they wrote it. Idempotent. */
export async function forgetKeys(identity: string): Promise<void> {
  const folder = dirname(keyFile(identity));
  const name = basename(keyFile(identity));
  const names = await readdir(folder).catch(() => []);
  const own = names.filter((one) => one === name || one.startsWith(`${name}.`));
  await Promise.all(own.map((one) => rm(join(folder, one), { force: true })));
  await rmdir(folder).catch(() => {});
}

function publicKeyOf(privateKey: string): string {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) {
    throw new UserError(
      "The pool's private key in the stack's state cannot be read. Restore the state from a backup, or remove the pool and make it anew.",
      { cause: key },
    );
  }
  return `${key.type} ${key.getPublicSSH().toString("base64")}`;
}

async function store(file: string, privateKey: string): Promise<void> {
  const beside = `${file}.${process.pid}.new`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(beside, privateKey, { mode: 0o600 });
    await rename(beside, file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      `Cannot write the pool's key to ${file}: ${why}. Make the folder writable, or set LIDO_HOME to another folder.`,
      { cause },
    );
  }
}
