/** What a source of machines is told about a pool: who it is, what its workers need, and what the state knows of them. Pure. */
import type { PoolSpec } from "../spec/index.ts";
import type { PoolOutputs } from "./inputs.ts";
import type { PoolKeys } from "./keys.ts";
import type { SourceOptions } from "./machines/source.ts";

interface Named {
  readonly pool: string;
  readonly identity: string;
  /** Absent when nothing is made any more. */
  readonly spec?: PoolSpec;
}

export function sourceOf(
  { pool, identity, spec }: Named,
  { publicKey, privateKey }: Omit<PoolKeys, "file">,
  old: PoolOutputs | undefined,
): SourceOptions {
  const resources = spec?.resources ?? { ordered: false, anyOf: [] };
  const source = { pool, identity, resources, publicKey, privateKey };
  if (old === undefined) return source;
  const { fingerprint, generation, epoch, ssh, workers } = old;
  const known = { identity, fingerprint: fingerprint.digest, generation, epoch, user: ssh.user, workers };
  return { ...source, known };
}
