/**
 * Keeps with a pool's stack where its hosts file is, so that the pool can be changed and removed from any folder. The place
 * only: what the file says is read anew each time.
 */
import type { Stack, StackSettings } from "@pulumi/pulumi/automation/index.js";
import type { PoolSpec } from "../../spec/index.ts";
import { checkSource, infraOf, inventoryOf } from "../machines/infra.ts";
import { hostsEnv, hostsFileOf, noInventory } from "../machines/ssh/hosts-file.ts";

const KEY = "lido-pools:hosts";

/**
 * Refuses, before anything is begun, what the hosts could never do. A known pool may have its hosts file kept with its stack:
 * that one is looked at later. @throws UserError, SpecError
 */
export async function checkHosts(spec: PoolSpec, isKnown: boolean): Promise<void> {
  const infra = infraOf(spec);
  const name = inventoryOf(infra);
  if (name === undefined || (isKnown && hostsFileOf(name) === undefined)) return;
  await checkSource(infra, spec.size.min);
}

/**
 * To be called before the engine runs. With `spec`, a pool as it is applied now, the place is looked for anew.
 * @throws UserError, SpecError
 */
export async function tellHosts(stack: Stack, spec?: PoolSpec): Promise<void> {
  const name = spec === undefined ? undefined : inventoryOf(infraOf(spec));
  const found = name === undefined ? undefined : hostsFileOf(name);
  const file = found ?? (await keptHosts(stack));
  if (name !== undefined && file === undefined) throw noInventory(name);
  Object.assign(stack.workspace.envVars, hostsEnv(file));
}

export async function keepHosts(stack: Stack, spec: PoolSpec): Promise<void> {
  const name = inventoryOf(infraOf(spec));
  const found = name === undefined ? undefined : hostsFileOf(name);
  if (found === undefined || found === (await keptHosts(stack))) return;
  const settings = await settingsOf(stack);
  await stack.workspace.saveStackSettings(stack.name, { ...settings, config: { ...settings.config, [KEY]: found } });
}

async function keptHosts(stack: Stack): Promise<string | undefined> {
  const kept = (await settingsOf(stack)).config?.[KEY];
  return typeof kept === "string" ? kept : undefined;
}

/** Empty where there is no file of them yet. */
async function settingsOf({ workspace, name }: Stack): Promise<StackSettings> {
  return await workspace.stackSettings(name).catch(() => ({}));
}
