/** Decides which source makes the machines of a pool. */
import { UserError } from "../../spec/index.ts";
import { inventoryOf } from "./infra.ts";
import { localMachines } from "./local/local.ts";
import type { Machines } from "./machines.ts";
import { type SshOptions, sshMachines } from "./ssh/ssh.ts";

/** What a source needs to know of the pool, whichever it is. */
export type SourceOptions = Omit<SshOptions, "inventory">;

export function machinesOf(infra: string, options: SourceOptions): Machines {
  if (infra === "local") return localMachines(options);
  const inventory = inventoryOf(infra);
  if (inventory !== undefined) return sshMachines({ ...options, inventory });
  throw new UserError(
    `This version of Lido cannot manage workers on \`${infra}\`. Use the version that made the pool.`,
  );
}
