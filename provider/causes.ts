/**
 * Says which inputs made two fingerprints differ: lines of the setup, files of workdir and mounts, names of the
 * environment. Never a value. Pure.
 */
import type { Fingerprint, NamedFiles } from "./fingerprint.ts";
import { changesBetween, type FileChange } from "./listing.ts";
import { setupCauses } from "./setup-causes.ts";
import { counted, setting, some } from "./words.ts";

export function causesOf(old: Fingerprint, wanted: Fingerprint): string[] {
  // Without a setup nobody sees the environment: that it went or came along with the setup is no cause of its own.
  const sameSight = (old.setup.length === 0) === (wanted.setup.length === 0);
  return [
    ...setupCauses(old.setup, wanted.setup),
    ...workdirCauses(old, wanted),
    ...mountCauses(old, wanted),
    ...(sameSight ? namedCauses("envs", old.envs, wanted.envs) : []),
    ...(sameSight ? namedCauses("secrets", old.secrets, wanted.secrets) : []),
    ...resourceCauses(old.resources, wanted.resources),
  ];
}

function workdirCauses(old: Fingerprint, wanted: Fingerprint): string[] {
  const [before, after] = [old.workdir, wanted.workdir];
  if (before.kind === "none") return after.kind === "none" ? [] : ["workdir added"];
  if (after.kind === "none") return ["workdir removed"];
  if (before.kind === "git" && after.kind === "git") {
    if (before.url !== after.url) return ["workdir changed: another repository"];
    return before.ref === after.ref ? [] : ["workdir changed: another ref"];
  }
  if (before.kind === "git") return ["workdir changed: a folder instead of a repository"];
  if (after.kind === "git") return ["workdir changed: a repository instead of a folder"];
  if (before.hash === after.hash) return [];
  return [fileCause("workdir", old.files[""], wanted.files[""]) ?? "workdir changed"];
}

function mountCauses(old: Fingerprint, wanted: Fingerprint): string[] {
  const inBoth = Object.keys(wanted.mounts).filter((target) => target in old.mounts);
  const told = inBoth
    .filter((target) => old.mounts[target] !== wanted.mounts[target])
    .flatMap((target) => {
      const cause = fileCause(`file_mounts: ${target}`, old.files[target], wanted.files[target]);
      return cause === undefined ? [] : [{ target, cause }];
    });
  const untold = (mounts: Fingerprint["mounts"]): Record<string, string> =>
    Object.fromEntries(Object.entries(mounts).filter(([target]) => !told.some((one) => one.target === target)));
  return [...told.map(({ cause }) => cause), ...namedCauses("file_mounts", untold(old.mounts), untold(wanted.mounts))];
}

/** `workdir: 2 of 140 files changed: data.py, train.py`; undefined when the files are not what changed. */
function fileCause(what: string, old: NamedFiles | undefined, wanted: NamedFiles | undefined): string | undefined {
  if (old === undefined || wanted === undefined) return undefined;
  const changes = changesBetween(old.listing, wanted.listing);
  if (changes.length === 0) return undefined;
  const count = changes.reduce((sum, { atLeast = 1 }) => sum + atLeast, 0);
  const summed = changes.some(({ atLeast }) => atLeast !== undefined);
  const total = Math.max(old.count, wanted.count + changes.filter(({ kind }) => kind === "removed").length);
  const names = some(changes.map((change) => nameOf(change, changes.length > 1)));
  return `${what}: ${summed ? "at least " : ""}${count} of ${counted(total, "file")} changed: ${names}`;
}

function nameOf({ path, kind, atLeast }: FileChange, among: boolean): string {
  const remarks = [
    ...(kind === "added" ? ["new"] : kind === "removed" ? ["removed"] : []),
    ...(among && atLeast !== undefined ? [`at least ${atLeast}`] : []),
  ];
  return remarks.length === 0 ? path : `${path} (${remarks.join(", ")})`;
}

function namedCauses(what: string, old: Readonly<Record<string, string>>, wanted: typeof old): string[] {
  const changed = Object.keys(wanted).filter((name) => name in old && old[name] !== wanted[name]);
  const added = Object.keys(wanted).filter((name) => !(name in old));
  const removed = Object.keys(old).filter((name) => !(name in wanted));
  const tell = (names: readonly string[], how: string): string[] =>
    names.length === 0 ? [] : [`${what} ${how}: ${some(names.toSorted())}`];
  return [...tell(changed, "changed"), ...tell(added, "added"), ...tell(removed, "removed")];
}

/** As programs write them, where it is another word. */
const WORDS: Readonly<Record<string, string>> = {
  memoryGiB: "memory",
  diskGiB: "diskSize",
  accelerator: "accelerators",
};

function resourceCauses(old: Fingerprint["resources"], wanted: Fingerprint["resources"]): string[] {
  const fields = [...new Set([...Object.keys(old), ...Object.keys(wanted)])];
  const changed = fields.filter((field) => old[field] !== wanted[field]);
  const among = "alternatives" in old || "alternatives" in wanted;
  if (changed.length === 0) return [];
  return [
    `resources changed${among ? "" : `: ${some(changed.map((field) => setting(WORDS[field] ?? field)).toSorted())}`}`,
  ];
}
