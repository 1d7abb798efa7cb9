/**
 * Decides what a change to a pool means for its workers: nothing, scale (none is touched that need not go), roll (every
 * worker is replaced gradually) or rebuild (another pool). Says which input caused it, in words. Compares hashes only.
 */
import type { Fingerprint } from "./fingerprint.ts";

export interface Described {
  readonly identity: string;
  /** Where machines come from, such as `local`. */
  readonly infra: string;
  readonly size: number;
  readonly fingerprint: Fingerprint;
}

export type Change =
  | { readonly kind: "nothing" }
  | { readonly kind: "scale"; readonly from: number; readonly to: number }
  /** `causes`: such as `setup changed: line 3`. */
  | { readonly kind: "roll"; readonly causes: readonly string[] }
  | { readonly kind: "rebuild"; readonly causes: readonly string[] };

export function classify(old: Described, wanted: Described): Change {
  const identity = [
    ...(old.identity === wanted.identity ? [] : [`the pool's identity changed: ${old.identity} -> ${wanted.identity}`]),
    ...(old.infra === wanted.infra ? [] : [`infra changed: ${old.infra} -> ${wanted.infra}`]),
  ];
  if (identity.length > 0) return { kind: "rebuild", causes: identity };
  if (old.fingerprint.digest !== wanted.fingerprint.digest) {
    return { kind: "roll", causes: causesOf(old.fingerprint, wanted.fingerprint) };
  }
  return old.size === wanted.size ? { kind: "nothing" } : { kind: "scale", from: old.size, to: wanted.size };
}

function causesOf(old: Fingerprint, wanted: Fingerprint): string[] {
  return [
    ...setupCause(old.setup, wanted.setup),
    ...workdirCause(old, wanted),
    ...namedCause("file_mounts", old.mounts, wanted.mounts),
    ...namedCause("envs", old.envs, wanted.envs),
    ...namedCause("secrets", old.secrets, wanted.secrets),
    ...namedCause("resources", old.resources, wanted.resources),
  ];
}

function setupCause(old: readonly string[], wanted: readonly string[]): string[] {
  if (old.length === 0 && wanted.length === 0) return [];
  if (old.length === 0) return ["setup added"];
  if (wanted.length === 0) return ["setup removed"];
  const first = wanted.findIndex((line, index) => line !== old[index]);
  if (first === -1)
    return old.length > wanted.length ? [`setup changed: shorter from line ${wanted.length + 1} on`] : [];
  let end = 0;
  while (end < Math.min(old.length, wanted.length) - first && old.at(-1 - end) === wanted.at(-1 - end)) end += 1;
  const last = Math.max(first, wanted.length - end - 1);
  return [`setup changed: ${first === last ? `line ${first + 1}` : `lines ${first + 1}-${last + 1}`}`];
}

function workdirCause(old: Fingerprint, wanted: Fingerprint): string[] {
  if (old.workdir === wanted.workdir) return [];
  if (old.workdir === "none") return ["workdir added"];
  if (wanted.workdir === "none") return ["workdir removed"];
  const changed = changedNames(old.workdirFiles, wanted.workdirFiles);
  const listed = Object.keys(old.workdirFiles).length > 0 && Object.keys(wanted.workdirFiles).length > 0;
  if (!listed || changed.length === 0) return ["workdir changed"];
  const total = Math.max(old.workdirCount, wanted.workdirCount);
  return [`workdir: ${changed.length} of ${total} file${total === 1 ? "" : "s"} changed: ${someOf(changed)}`];
}

function namedCause(
  what: string,
  old: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): string[] {
  const changed = changedNames(old, wanted);
  return changed.length === 0 ? [] : [`${what} changed: ${someOf(changed)}`];
}

function changedNames(old: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): string[] {
  const names = new Set([...Object.keys(old), ...Object.keys(wanted)]);
  return [...names].filter((name) => old[name] !== wanted[name]).toSorted();
}

function someOf(names: readonly string[]): string {
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}
