/** First of the engine's calls: refuses what could never work, looks at the local files, and tells of a new pool. Changes nothing. */
import { checkSecrets, UserError } from "../spec/index.ts";
import { canonical } from "./fingerprint.ts";
import type { CheckedInputs, PoolInputs } from "./inputs.ts";
import { checkSource, infraOf, remarkOnSource } from "./machines/infra.ts";
import { contentOf } from "./prepare/content.ts";
import { createPreview } from "./preview.ts";
import { isUnknown } from "./unknown.ts";

export interface CheckAnswer {
  readonly inputs: PoolInputs;
  readonly failures?: readonly { readonly property: string; readonly reason: string }[];
}

export async function checkPool(
  old: Partial<PoolInputs>,
  inputs: PoolInputs,
  report: (line: string) => void,
): Promise<CheckAnswer> {
  if (isUnknown(inputs)) return { inputs };
  try {
    checkName(inputs.pool);
    checkSecrets(inputs.secrets, inputs.spec.envs);
    const infra = infraOf(inputs.spec);
    const { min } = inputs.spec.size;
    await checkSource(infra, min);
    const checked: CheckedInputs = { ...inputs, content: await contentOf(inputs.spec) };
    if (old.identity === undefined) report(`${inputs.pool}: ${createPreview(min, infra)}`);
    const remark = await remarkOn(old, inputs, infra);
    if (remark !== undefined) report(`${inputs.pool}: ${remark}`);
    return { inputs: checked };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // With a property's name the engine would print that property's whole value before the reason.
    return { inputs, failures: [{ property: "", reason: error.message }] };
  }
}

/** On a new pool, or on one whose resources change. */
async function remarkOn(old: Partial<PoolInputs>, { spec }: PoolInputs, infra: string): Promise<string | undefined> {
  const isSame = old.spec !== undefined && canonical(old.spec.resources) === canonical(spec.resources);
  return isSame ? undefined : remarkOnSource(infra, spec.resources);
}

/** It names folders, workers and stacks. */
export function checkName(pool: string): void {
  if (/^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/.test(pool)) return;
  throw new UserError(
    `A pool cannot be named '${pool}': use letters, digits and - (63 at most), with a letter or digit at both ends.`,
  );
}
