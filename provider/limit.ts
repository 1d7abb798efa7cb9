/** Asks how many machines a pool could have. By itself, since the sources of machines are more than a comparison with the state needs. */
import type { CheckedInputs, PoolOutputs } from "./inputs.ts";
import { poolKeys } from "./keys.ts";
import { sourceOf } from "./known.ts";
import type { Limit } from "./machines/machines.ts";
import { machinesOf } from "./machines/source.ts";

/** undefined: as many as it wants, or not to be found out now; then the change itself says so. */
export async function limitOf(old: PoolOutputs, inputs: CheckedInputs): Promise<Limit | undefined> {
  try {
    const keys = await poolKeys(inputs.identity, old.privateKey);
    return await machinesOf(old.infra, sourceOf(inputs, keys, old)).limit();
  } catch {
    return undefined;
  }
}
