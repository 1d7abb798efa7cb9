/**
 * Keeps with a pool's stack where its hosts file is, so that the pool can be changed and removed from any folder. The place
 * only: what the file says is read anew each time.
 */
import type { Stack, StackSettings } from "@pulumi/pulumi/automation/index.js";
import type { PoolSpec } from "../../spec/index.ts";
import { infraOf, inventoryOf } from "../machines/infra.ts";
import { hostsEnv, hostsFileOf } from "../machines/ssh/hosts-file.ts";

const KEY = "lido-pools:hosts";

/** To be called before the engine runs. With `spec`, a pool as it is applied now, the place is looked for anew. @throws SpecError */
export async function tellHosts(stack: Stack, spec?: PoolSpec): Promise<void> {
  const name = spec === undefined ? undefined : inventoryOf(infraOf(spec));
  const found = name === undefined ? undefined : hostsFileOf(name);
  Object.assign(stack.workspace.envVars, hostsEnv(found ?? (await keptHosts(stack))));
}

/** Nothing where no file has the inventory: then the engine says so. */
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
