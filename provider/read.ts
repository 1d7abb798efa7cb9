/** What `pulumi refresh` asks: the pool as its machines are now. Takes no lock and changes nothing; what is lost shows as drift. */
import type { PoolOutputs } from "./inputs.ts";
import { poolKeys } from "./keys.ts";
import { sourceOf } from "./known.ts";
import { machinesOf } from "./machines/source.ts";
import { noNotes, observe } from "./observe.ts";
import { rosterWorkers } from "./roster.ts";
import { Sessions } from "./sessions.ts";

export async function readPool(old: PoolOutputs): Promise<PoolOutputs> {
  const { identity, privateKey, infra } = old;
  const machines = machinesOf(infra, sourceOf(old, await poolKeys(identity, privateKey), old));
  await using sessions = new Sessions(privateKey);
  const { digest } = old.fingerprint;
  const sights = await observe(await machines.list(), sessions, noNotes(digest));
  const workers = rosterWorkers(sights, { fingerprint: digest, generation: old.generation });
  return { ...old, workers };
}
