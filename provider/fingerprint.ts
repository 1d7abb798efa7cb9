/**
 * Decides what counts as "the same worker": setup, the content of workdir and mounts, the environment that setup sees,
 * and the resources. Key order, file times and formatting of the YAML do not count. Every value is hashed with the
 * pool's own key, so a fingerprint in a state or a log gives no secret away. Never reads a file or a clock.
 */
import { createHash, createHmac } from "node:crypto";
import type { Environment, PoolSpec, ResourceChoice } from "../spec/index.ts";
import type { Content, FileSet } from "./inputs.ts";

/** `digest` is the fingerprint; the rest tells later what changed. */
export interface Fingerprint {
  readonly digest: string;
  /** One short hash per line. */
  readonly setup: readonly string[];
  /** `none`, the content's digest, or the hash of a git url and ref. */
  readonly workdir: string;
  readonly workdirFiles: Readonly<Record<string, string>>;
  readonly workdirCount: number;
  /** Mount target -> hash. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Name -> hash; empty where nothing on the worker sees them: no setup, no bucket, no git workdir. */
  readonly envs: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Field -> hash, of the alternatives as a whole when there are several. */
  readonly resources: Readonly<Record<string, string>>;
}

/** The key with which a pool's fingerprints are made: derived from its private key, useless for anything else. */
export function fingerprintKey(privateKey: string): string {
  return createHash("sha256").update(`lido fingerprint key\n${privateKey.trim()}`).digest("hex");
}

export function fingerprintOf(spec: PoolSpec, content: Content, key: string): Fingerprint {
  const hash = (value: unknown): string =>
    createHmac("sha256", key).update(canonical(value)).digest("hex").slice(0, 12);
  const setup = spec.setup?.trimEnd() ?? "";
  // Beside the setup, buckets and a git workdir may be opened with what stands there.
  const isFetched = spec.workdir !== undefined && "url" in spec.workdir;
  const isSeen =
    setup !== "" || isFetched || spec.fileMounts.some(({ target }) => content.mounts[target] === undefined);
  const parts = {
    setup: setup === "" ? [] : setup.split("\n").map((line) => hash(line.trimEnd())),
    workdir: workdirHash(spec, content.workdir, hash),
    mounts: Object.fromEntries(
      spec.fileMounts.map((mount) => {
        const held = content.mounts[mount.target]?.digest;
        // Local sources count by what they hold, wherever they lie; remote ones by their name.
        return [mount.target, hash(held === undefined ? mount : [{ ...mount, sources: [] }, held])];
      }),
    ),
    envs: isSeen ? hashedEnvironment(spec.envs, hash) : {},
    secrets: isSeen ? hashedEnvironment(spec.secrets, hash) : {},
    resources: resourceHashes(spec.resources, hash),
  };
  return {
    digest: hash(parts),
    ...parts,
    workdirFiles: content.workdir?.files ?? {},
    workdirCount: content.workdir?.count ?? 0,
  };
}

function workdirHash(spec: PoolSpec, files: FileSet | undefined, hash: (value: unknown) => string): string {
  if (spec.workdir === undefined) return "none";
  return "url" in spec.workdir ? hash(spec.workdir) : hash(files?.digest ?? "");
}

function hashedEnvironment(environment: Environment, hash: (value: unknown) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, hash([name, value])]));
}

function resourceHashes(choice: ResourceChoice, hash: (value: unknown) => string): Record<string, string> {
  const [only, ...more] = choice.anyOf;
  if (only === undefined) return {};
  if (more.length > 0) return { alternatives: hash(choice) };
  return Object.fromEntries(Object.entries(only).map(([field, value]) => [field, hash(value)]));
}

/** JSON with sorted keys, so that the order in which a user wrote them does not matter. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
