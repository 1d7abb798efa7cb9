/**
 * Where an inventory is found: $LIDO_HOSTS, where the pool's own was found before, `hosts.yaml` beside the program or its
 * Pulumi.yaml, ~/.lido/hosts.yaml, and SkyPilot's ~/.sky/ssh_node_pools.yaml. The first file that has the name counts.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Inventory, readInventoryFile, UserError } from "../../../spec/index.ts";
import { lidoHome } from "../../../worker/index.ts";

/** @throws UserError, SpecError */
export function findInventory(name: string): Inventory {
  const found = lookForInventory(name);
  if (found === undefined) throw noInventory(name);
  return found;
}

/** undefined: no file has the name. @throws SpecError */
export function lookForInventory(name: string): Inventory | undefined {
  return read().there.find(({ inventories }) => Object.hasOwn(inventories, name))?.inventories[name];
}

/** What to write, and where. */
export function noInventory(name: string): UserError {
  const { places, there } = read();
  const names = there.flatMap(({ file, inventories }) => Object.keys(inventories).map((one) => `${one} (${file})`));
  const has =
    names.length === 0 ? `None of these files is there: ${places.join(", ")}.` : `There are: ${names.join(", ")}.`;
  return new UserError(
    `infra: ssh/${name}: there is no inventory \`${name}\`. ${has}\n` +
      `  Write one into ${join(callersFolder(), "hosts.yaml")}: \`${name}: {hosts: [10.0.0.2, 10.0.0.3], user: me}\``,
  );
}

/** The file that has the name. */
export function hostsFileOf(name: string): string | undefined {
  const file = read().there.find(({ inventories }) => Object.hasOwn(inventories, name))?.file;
  return file === undefined ? undefined : resolve(file);
}

/** For a provider that will run in another folder: what it needs to find the same files as here. `kept`: where the pool's was. */
export function hostsEnv(kept: string | undefined): Record<string, string> {
  const told = process.env.LIDO_HOSTS;
  return {
    [FOLDER]: callersFolder(),
    ...(told ? { LIDO_HOSTS: resolve(told) } : {}),
    ...(kept === undefined ? {} : { [KEPT]: kept }),
  };
}

/** Where the user called a command that runs its provider elsewhere. */
const FOLDER = "LIDO_CALLED_IN";
/** The file that the pool's inventory was found in before. */
const KEPT = "LIDO_HOSTS_KEPT";

function callersFolder(): string {
  return process.env[FOLDER] || process.cwd();
}

function read() {
  const places = hostsFiles(callersFolder());
  const there = places
    .filter((file) => existsSync(file))
    .map((file) => ({ file, inventories: readInventoryFile(file) }));
  return { places, there };
}

function hostsFiles(folder: string): readonly string[] {
  const beside = [folder, projectFolder(folder)].flatMap((one) => (one === undefined ? [] : [join(one, "hosts.yaml")]));
  return [
    ...new Set([
      ...[process.env.LIDO_HOSTS, process.env[KEPT]].flatMap((file) => file || []),
      ...beside,
      join(lidoHome(), "hosts.yaml"),
      join(homedir(), ".sky", "ssh_node_pools.yaml"),
    ]),
  ];
}

/** The nearest folder above with a Pulumi.yaml. */
function projectFolder(folder: string): string | undefined {
  for (let one = folder; ; one = dirname(one)) {
    if (existsSync(join(one, "Pulumi.yaml"))) return one;
    if (dirname(one) === one) return undefined;
  }
}
