/** Decides where the machines of a pool come from, and refuses early what no source could do. Light: every comparison loads it. */
import { type PoolSpec, type ResourceChoice, UserError } from "../../spec/index.ts";

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
