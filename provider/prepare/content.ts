/** Looks at what a pool's files are: what the local ones hold now, and that the rest is something Lido can bring to a worker. */
import { type FileMount, type PoolSpec, UserError } from "../../spec/index.ts";
import type { Content, FileSet } from "../inputs.ts";
import { bucketOf } from "./buckets/bucket.ts";
import { mountFlags } from "./buckets/flags.ts";
import { remoteOf } from "./buckets/remote.ts";
import { fileSet, scanFolder } from "./hash.ts";
import { localPath, mountedFiles, whatOf } from "./local-mount.ts";
import { remotePath } from "./remote-path.ts";

/** @throws UserError for missing files, symlinks that lead out, and what no worker could be given */
export async function contentOf(spec: PoolSpec): Promise<Content> {
  refuseOverlaps(spec);
  const mounts: Record<string, FileSet> = {};
  for (const mount of spec.fileMounts) {
    remotePath(mount.target);
    const bucket = bucketOf(mount);
    if (bucket === undefined) mounts[mount.target] = await mountedFiles(mount);
    else {
      remoteOf(bucket, filledOf(spec), mount);
      if (mount.mode !== "COPY") mountFlags(mount);
    }
  }
  const { workdir } = spec;
  if (workdir === undefined || "url" in workdir) return { mounts };
  return { workdir: fileSet(await scanFolder(localPath(workdir.path), "workdir")), mounts };
}

/** The environment without what is still open. Secrets may come later: they travel by themselves. */
export function filledOf({ envs, secrets }: Pick<PoolSpec, "envs" | "secrets">): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...envs, ...secrets }).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}

/** Nothing is brought into a mounted bucket, and a bucket never hides a folder that others need. */
function refuseOverlaps(spec: PoolSpec): void {
  const buckets = spec.fileMounts.filter((mount) => mount.mode !== "COPY" && bucketOf(mount) !== undefined);
  const others = [
    ...spec.fileMounts.map((mount) => ({ place: placeOf(mount.target), shown: mount.target })),
    { place: "~/sky_workdir", shown: "~/sky_workdir, where jobs run" },
    { place: "~/.lido", shown: "~/.lido, where Lido's own files are" },
  ];
  for (const bucket of buckets) {
    const place = placeOf(bucket.target);
    const hidden = others.find((one) => one.shown !== bucket.target && isWithin(one.place, place));
    if (hidden !== undefined) throw overlap(bucket, hidden.shown);
  }
}

function overlap(bucket: FileMount, shown: string): UserError {
  return new UserError(`${whatOf(bucket)}: a bucket that is mounted there would hide ${shown}. Choose another target.`);
}

/** `~/a` for `a` and `~/a/`. */
function placeOf(target: string): string {
  const path = target.startsWith("/") || target.startsWith("~") ? target : `~/${target}`;
  return path.replaceAll(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");
}

function isWithin(place: string, folder: string): boolean {
  return place === folder || place.startsWith(folder === "/" ? "/" : `${folder}/`);
}
