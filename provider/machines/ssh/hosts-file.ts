/**
 * Where an inventory is found: $LIDO_HOSTS, `hosts.yaml` beside the program or its Pulumi.yaml, ~/.lido/hosts.yaml, and
 * SkyPilot's ~/.sky/ssh_node_pools.yaml. The first file that has the name counts.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Inventory, readInventoryFile, UserError } from "../../../spec/index.ts";
import { lidoHome } from "../../../worker/index.ts";

/** @throws UserError, SpecError */
export function findInventory(name: string, folder = process.cwd()): Inventory {
  const places = hostsFiles(folder);
  const there = places
    .filter((file) => existsSync(file))
    .map((file) => ({ file, inventories: readInventoryFile(file) }));
  const found = there.find(({ inventories }) => Object.hasOwn(inventories, name));
  const inventory = found?.inventories[name];
  if (inventory !== undefined) return inventory;
  const names = there.flatMap(({ file, inventories }) => Object.keys(inventories).map((one) => `${one} (${file})`));
  const has =
    names.length === 0 ? `None of these files is there: ${places.join(", ")}.` : `There are: ${names.join(", ")}.`;
  throw new UserError(
    `infra: ssh/${name}: there is no inventory \`${name}\`. ${has}\n` +
      `  Write one into ${join(folder, "hosts.yaml")}: \`${name}: {hosts: [10.0.0.2, 10.0.0.3], user: me}\``,
  );
}

/** For a provider that will run in another folder: what LIDO_HOSTS must be there, so that it finds what is beside this one. */
export function hostsBeside(folder: string): Record<string, string> {
  const file = process.env.LIDO_HOSTS || join(folder, "hosts.yaml");
  return existsSync(file) ? { LIDO_HOSTS: resolve(file) } : {};
}

function hostsFiles(folder: string): readonly string[] {
  const told = process.env.LIDO_HOSTS;
  const beside = [folder, projectFolder(folder)].flatMap((one) => (one === undefined ? [] : [join(one, "hosts.yaml")]));
  return [
    ...new Set([
      ...(told === undefined || told === "" ? [] : [told]),
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
