/** Decides which source makes the machines of a pool, and refuses early what no source could do. */
import { type PoolSpec, type ResourceChoice, UserError } from "../../spec/index.ts";
import { localMachines } from "./local/local.ts";
import { overdeclared } from "./local/overdeclared.ts";
import type { Machines } from "./machines.ts";
import { findInventory } from "./ssh/hosts-file.ts";
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

/** `local` when the pool names none. @throws UserError for a source that this version does not have */
export function infraOf(spec: PoolSpec): string {
  const [asked] = spec.resources.anyOf;
  const infra = asked?.infra;
  if (infra === undefined || infra.kind === "local" || infra.text === "*") return "local";
  if (infra.kind === "ssh") return infra.text;
  throw new UserError(
    `infra: ${infra.text} is not served yet; this version makes workers on this computer and on hosts of your own. Write \`infra: local\`, or \`infra: ssh/NAME\` with NAME in a hosts.yaml.`,
  );
}

export function machinesOf(infra: string, options: SourceOptions): Machines {
  if (infra === "local") return localMachines(options);
  const inventory = inventoryOf(infra);
  if (inventory !== undefined) return sshMachines({ ...options, inventory });
  throw new UserError(
    `This version of Lido cannot manage workers on \`${infra}\`. Use the version that made the pool.`,
  );
}

/** Looks only at files of this computer. @throws UserError, SpecError when the source could never have so many workers */
export function checkSource(infra: string, workers: number): void {
  const name = inventoryOf(infra);
  if (name === undefined) return;
  const { hosts, place } = findInventory(name);
  if (hosts.length >= workers) return;
  const where = place === undefined ? "" : `${place.file}:${place.line}:${place.column}: `;
  const count = `${hosts.length} host${hosts.length === 1 ? "" : "s"}`;
  throw new UserError(
    `${where}the inventory ${name} has ${count}, and the pool wants ${workers} workers, one on each.\n  Add hosts there, or ask for fewer workers.`,
  );
}

/** What a source cannot give and the pool is made with all the same. */
export async function remarkOnSource(infra: string, resources: ResourceChoice): Promise<string | undefined> {
  return infra === "local" ? overdeclared(resources) : undefined;
}

function inventoryOf(infra: string): string | undefined {
  return infra.startsWith("ssh/") ? infra.slice("ssh/".length) : undefined;
}
