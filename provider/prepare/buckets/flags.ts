/**
 * Decides how rclone mounts a bucket. MOUNT streams what is read; what is written goes through a file on the worker's disk,
 * since only so appending and seeking work and a broken upload can be tried again. MOUNT_CACHED also keeps what was read.
 * Another worker's files are seen after ten seconds. Pure.
 */
import { type FileMount, UserError } from "../../../spec/index.ts";
import { whatOf } from "../local-mount.ts";

/** `config.mount_cached` as SkyPilot names them; each is rclone's flag of the same name. */
const CACHED = {
  transfers: "4",
  vfs_write_back: "1s",
  vfs_cache_max_size: "10G",
  vfs_cache_max_age: "1h",
  vfs_cache_poll_interval: "10s",
  vfs_read_ahead: undefined,
  vfs_read_chunk_size: undefined,
  vfs_read_chunk_streams: undefined,
  multi_thread_streams: undefined,
  buffer_size: undefined,
  dir_cache_time: "10s",
} as const;

export function isReadOnly({ mode, config = {} }: FileMount): boolean {
  const section = config[mode === "MOUNT" ? "mount" : "mount_cached"] as { readonly read_only?: unknown } | undefined;
  return section?.read_only === true;
}

/** @throws UserError for a setting that there is not */
export function mountFlags(mount: FileMount): string[] {
  const readOnly = isReadOnly(mount) ? ["--read-only"] : [];
  if (mount.mode === "MOUNT") {
    const writing = ["--vfs-cache-mode=writes", "--vfs-write-back=0.1s", "--vfs-cache-max-age=1m"];
    return [...(readOnly.length > 0 ? readOnly : writing), "--dir-cache-time=10s"];
  }
  return ["--vfs-cache-mode=full", ...readOnly, ...cachedFlags(mount)];
}

function cachedFlags(mount: FileMount): string[] {
  const given = (mount.config?.["mount_cached"] ?? {}) as Readonly<Record<string, unknown>>;
  const { read_only: _, sequential_upload: sequential, ...rest } = given;
  const unknown = Object.keys(rest).find((name) => !Object.hasOwn(CACHED, name));
  if (unknown !== undefined) {
    const known = [...Object.keys(CACHED), "read_only", "sequential_upload"].join(", ");
    throw new UserError(`${whatOf(mount)}: \`config.mount_cached.${unknown}\` is not served. There are: ${known}.`);
  }
  const all: Readonly<Record<string, unknown>> = {
    ...CACHED,
    ...(sequential === true ? { transfers: 1 } : {}),
    ...rest,
  };
  return Object.entries(all).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [flag(name, value, mount)],
  );
}

function flag(name: string, value: unknown, mount: FileMount): string {
  const text = typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
  if (/^[\w.]+$/.test(text)) return `--${name.replaceAll("_", "-")}=${text}`;
  throw new UserError(
    `${whatOf(mount)}: \`config.mount_cached.${name}\` must be a number, a size such as 10G or a time such as 5s.`,
  );
}
