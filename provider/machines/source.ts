/** Decides which source makes the machines of a pool. */
import { type ResourceChoice, UserError } from "../../spec/index.ts";
import { inventoryOf } from "./infra.ts";
import { localMachines } from "./local/local.ts";
import type { Machines } from "./machines.ts";
import type { Known } from "./ssh/pool-hosts.ts";
import { sshMachines } from "./ssh/ssh.ts";

/** What a source needs to know of the pool. */
export interface SourceOptions {
  readonly pool: string;
  readonly identity: string;
  readonly resources: ResourceChoice;
  /** `ssh-ed25519 AAAA…`: the key that logs in to its machines. */
  readonly publicKey: string;
  /** OpenSSH PEM text. */
  readonly privateKey: string;
  /** What the state knows of it; absent for a new one. */
  readonly known?: Known;
}

export function machinesOf(infra: string, options: SourceOptions): Machines {
  if (infra === "local") return localMachines(options);
  const inventory = inventoryOf(infra);
  if (inventory !== undefined) return sshMachines({ ...options, inventory });
  throw new UserError(
    `This version of Lido cannot manage workers on \`${infra}\`. Use the version that made the pool.`,
  );
}
