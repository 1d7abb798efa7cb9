/** Where Lido keeps its files on this computer, and how a pool's directory is named on a worker. */
import { homedir, userInfo } from "node:os";
import { resolve } from "node:path";

/**
 * `$LIDO_HOME`, else `~/.lido`; whole, since a process with another current folder is told it. An empty HOME is none: the
 * system's list of users has the home then.
 */
export function lidoHome(env: NodeJS.ProcessEnv = process.env): string {
  return env.LIDO_HOME ? resolve(env.LIDO_HOME) : resolve(homedir() || userInfo().homedir, ".lido");
}

/** A short name for a pool that is safe in paths: `gpu-pool-3f9a1c02d4` for `acme/shop/prod/gpu-pool`. */
export function poolKey(identity: string): string {
  // Loaded at its first use: it takes 6 ms, which a command that names no pool must not pay.
  const { createHash } = process.getBuiltinModule("node:crypto");
  const name = (identity.split("/").at(-1) ?? "").replaceAll(/[^A-Za-z0-9-]/g, "-").slice(0, 40);
  return `${name}-${createHash("sha256").update(identity).digest("hex").slice(0, 10)}`;
}
