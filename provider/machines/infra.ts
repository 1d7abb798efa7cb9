/** Decides where the machines of a pool come from, and refuses early what no source could do. Light: every comparison loads it. */
import { type PoolSpec, type ResourceChoice, UserError, unservedInfra } from "../../spec/index.ts";

/** `local` when the pool names none. @throws UserError for a source that this version does not have */
export function infraOf(spec: PoolSpec): string {
  const unserved = unservedInfra(spec.resources);
  if (unserved !== undefined) throw new UserError(unserved);
  const infra = spec.resources.anyOf[0]?.infra;
  return infra?.kind === "ssh" ? infra.text : "local";
}

/** The name of the inventory in `ssh/NAME`. */
export function inventoryOf(infra: string): string | undefined {
  return infra.startsWith("ssh/") ? infra.slice("ssh/".length) : undefined;
}

/** Looks only at files of this computer. @throws UserError, SpecError when the source could never have so many workers */
export async function checkSource(infra: string, workers: number): Promise<void> {
  const name = inventoryOf(infra);
  if (name === undefined) return;
  const { findInventory } = await import("./ssh/hosts-file.ts");
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
  if (infra !== "local") return undefined;
  const { overdeclared } = await import("./local/overdeclared.ts");
  return overdeclared(resources);
}
