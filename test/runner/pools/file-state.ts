/** A Pulumi project with its state in a file backend, written as Pulumi writes it, so that no engine is needed to read it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Roster } from "../../../worker/roster.ts";

/** @returns the environment in which the project's stack `dev` is the selected one */
export function fileState(folder: string, rosters: readonly Roster[]): Readonly<Record<string, string>> {
  const stacks = join(folder, "state", ".pulumi", "stacks", "shop");
  mkdirSync(stacks, { recursive: true });
  writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  const resources = rosters.map((outputs) => ({ urn: `urn:pulumi:dev::shop::x::${outputs.pool}`, outputs }));
  const checkpoint = { stack: "organization/shop/dev", latest: { resources } };
  writeFileSync(join(stacks, "dev.json"), JSON.stringify({ version: 3, checkpoint }));
  return { PULUMI_BACKEND_URL: `file://${join(folder, "state")}`, PULUMI_STACK: "dev" };
}
