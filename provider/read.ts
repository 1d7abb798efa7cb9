/**
 * What `pulumi refresh` asks: the pool as its machines are now. Takes no lock and changes no machine; what is lost
 * shows as drift.
 */
import type { PoolOutputs } from "./inputs.ts";
import { keysOf, type PoolKeys, poolKeys } from "./keys.ts";
import { sourceOf } from "./known.ts";
import { machinesOf } from "./machines/source.ts";
import { noNotes, observe } from "./observe.ts";
import { rosterWorkers } from "./roster.ts";
import { Sessions } from "./sessions.ts";

/** undefined: every machine that it had is gone, and all were looked at. @throws UserError when that cannot be done */
export async function readPool(old: PoolOutputs): Promise<PoolOutputs | undefined> {
  const { identity, privateKey, infra } = old;
  const keys = keysOf(identity, privateKey);
  const machines = machinesOf(infra, sourceOf(old, keys, old));
  const listed = await machines.list();
  if (listed.length === 0 && hadMachinesHere(old, keys)) {
    // Its removal was cut off: it stays in the state, so that the next `pulumi destroy` removes the rest.
    return (await machines.readRecord())?.ending === true ? { ...old, workers: [] } : undefined;
  }
  // A runner on this computer needs the key, also where another computer made the pool.
  await poolKeys(identity, privateKey);
  await using sessions = new Sessions(privateKey);
  const { digest } = old.fingerprint;
  const sights = await observe(listed, sessions, noNotes(digest));
  const workers = rosterWorkers(sights, { fingerprint: digest, generation: old.generation });
  return { ...old, workers };
}

/** A pool that never had a machine is not gone, nor is one that was made with another LIDO_HOME: we would look in vain. */
function hadMachinesHere({ workers, ssh }: PoolOutputs, { file }: PoolKeys): boolean {
  return workers.length > 0 && ssh.keyRef === file;
}
