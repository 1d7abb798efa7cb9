/**
 * Decides what counts as "the same worker": setup, the content of workdir and mounts, the environment that setup sees,
 * and the resources. Key order, file times and formatting of the YAML do not count. Every value is hashed with the
 * pool's own key, so a fingerprint in a state or a log gives no secret away. Never reads a file or a clock.
 */
import { createHash, createHmac } from "node:crypto";
import type { Environment, FileMount, PoolSpec, ResourceChoice, Resources, Workdir } from "../spec/index.ts";
import type { Content, FileSet } from "./inputs.ts";
import type { Listing } from "./listing.ts";

/** `digest` is the fingerprint; the rest tells later what changed. */
export interface Fingerprint {
  readonly digest: string;
  /** One short hash per line. */
  readonly setup: readonly string[];
  readonly workdir: WorkdirPrint;
  /** Mount target -> hash. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Name -> hash; empty where nothing on the worker sees them: no setup, no bucket, no git workdir. */
  readonly envs: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Field -> hash, of the alternatives as a whole when there are several. */
  readonly resources: Readonly<Record<string, string>>;
  /** What names changed files, of the workdir (`""`) and of mounts with local files, by target. */
  readonly files: Readonly<Record<string, NamedFiles>>;
}

export type WorkdirPrint =
  | { readonly kind: "none" }
  | { readonly kind: "folder"; readonly hash: string }
  | { readonly kind: "git"; readonly url: string; readonly ref: string };

export interface NamedFiles {
  readonly count: number;
  readonly listing: Listing;
}

type Hash = (value: unknown) => string;

/** The key with which a pool's fingerprints are made: derived from its private key, useless for anything else. */
export function fingerprintKey(privateKey: string): string {
  return createHash("sha256").update(`lido fingerprint key\n${privateKey.trim()}`).digest("hex");
}

export function fingerprintOf(spec: PoolSpec, content: Content, key: string): Fingerprint {
  const hash: Hash = (value) => createHmac("sha256", key).update(canonical(value)).digest("hex").slice(0, 12);
  const setup = spec.setup?.trimEnd() ?? "";
  const isSeen = setup !== "" || opensWithEnvironment(spec, content);
  const parts = {
    setup: setup === "" ? [] : setup.split("\n").map((line) => hash(line.trimEnd())),
    workdir: workdirPrint(spec.workdir, content.workdir, hash),
    mounts: Object.fromEntries(
      spec.fileMounts.map((mount) => [mount.target, mountHash(mount, content.mounts[mount.target], hash)]),
    ),
    envs: isSeen ? hashedEnvironment(spec.envs, hash) : {},
    secrets: isSeen ? hashedEnvironment(spec.secrets, hash) : {},
    resources: resourceHashes(spec.resources, hash),
  };
  return { digest: hash(parts), ...parts, files: namedFiles(content) };
}

/** Beside the setup, buckets and a git workdir may be opened with what stands in the environment. */
function opensWithEnvironment({ workdir, fileMounts }: PoolSpec, content: Content): boolean {
  const isGit = workdir !== undefined && "url" in workdir;
  return isGit || fileMounts.some(({ target }) => content.mounts[target] === undefined);
}

function workdirPrint(workdir: Workdir | undefined, files: FileSet | undefined, hash: Hash): WorkdirPrint {
  if (workdir === undefined) return { kind: "none" };
  if ("url" in workdir) return { kind: "git", url: hash(workdir.url), ref: hash(workdir.ref ?? "") };
  return { kind: "folder", hash: hash(files?.digest ?? "") };
}

/** Local sources count by what they hold, wherever they lie; remote ones by their name. */
function mountHash(mount: FileMount, files: FileSet | undefined, hash: Hash): string {
  return hash(files === undefined ? mount : [{ ...mount, sources: [] }, files.digest]);
}

function hashedEnvironment(environment: Environment, hash: Hash): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, hash([name, value])]));
}

function resourceHashes({ ordered, anyOf }: ResourceChoice, hash: Hash): Record<string, string> {
  const [only, ...more] = anyOf.map(ofTheWorker);
  if (only === undefined) return {};
  if (more.length > 0) return { alternatives: hash([ordered, only, ...more]) };
  return Object.fromEntries(Object.entries(only).map(([field, value]) => [field, hash(value)]));
}

/** Where machines come from is the pool's identity; who goes first, and when all stop, makes no other worker. */
const NOT_OF_THE_WORKER: ReadonlySet<string> = new Set(["infra", "priority", "autostop"]);

function ofTheWorker(fields: Resources): Partial<Resources> {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !NOT_OF_THE_WORKER.has(field)));
}

function namedFiles({ workdir, mounts }: Content): Record<string, NamedFiles> {
  const all = [...(workdir === undefined ? [] : [["", workdir] as const]), ...Object.entries(mounts)];
  return Object.fromEntries(all.map(([of, { count, files }]) => [of, { count, listing: files }]));
}

/** JSON with sorted keys, so that the order in which a user wrote them does not matter. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
