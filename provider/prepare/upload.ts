/** Streams local files to a worker: `tar` here, `tar` there, one SSH channel between. Nothing is held in memory. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { PassThrough } from "node:stream";
import { UserError } from "../../spec/index.ts";
import { type Link, quote } from "../../worker/index.ts";
import { listFolder } from "./files.ts";

export interface Upload {
  readonly link: Link;
  /** For messages: `workdir` or `file_mounts: ~/data`. */
  readonly what: string;
  readonly signal: AbortSignal;
}

/** The folder's files, into `target` (a shell word) on the worker. */
export async function uploadFolder(folder: string, target: string, upload: Upload): Promise<void> {
  const paths = await listFolder(folder, upload.what);
  await send({ folder, paths, receive: `mkdir -p ${target} && tar -xf - -C ${target}` }, upload);
}

/** A file becomes `target` itself; a folder's content goes into it. */
export async function uploadPath(source: string, target: string, upload: Upload): Promise<void> {
  if ((await stat(source)).isDirectory()) return uploadFolder(source, target, upload);
  const name = quote(basename(source));
  const receive = [
    'mkdir -p "$HOME/.lido"',
    'new=$(mktemp -d "$HOME/.lido/mount.XXXXXX")',
    `tar -xf - -C "$new" && mkdir -p "$(dirname ${target})" && mv -f "$new"/${name} ${target}`,
    'code=$?; rm -rf "$new"; exit $code',
  ].join("; ");
  return send({ folder: dirname(source), paths: [basename(source)], receive }, upload);
}

interface Sending {
  readonly folder: string;
  readonly paths: readonly string[];
  /** The command on the worker that takes the archive on stdin. */
  readonly receive: string;
}

async function send({ folder, paths, receive }: Sending, { link, what, signal }: Upload): Promise<void> {
  // Names on stdin: any number of them, with any character.
  const tar = spawn("tar", ["-cf", "-", "-C", folder, "--no-recursion", "--null", "-T", "-"], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, COPYFILE_DISABLE: "1" },
  });
  // At once: Node throws away what a child wrote that ended before anybody read it.
  const archive = tar.stdout.pipe(new PassThrough());
  const complaints: Buffer[] = [];
  tar.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  const ended = once(tar, "close") as Promise<[number | null]>;
  tar.stdin.on("error", () => {});
  tar.stdin.end(paths.map((path) => `./${path}\0`).join(""));
  try {
    const [result, [code]] = await Promise.all([link.run(receive, { stdin: archive, signal }), ended]);
    if (code !== 0)
      throw new UserError(`${what}: cannot read ${folder}: ${complaint(Buffer.concat(complaints).toString())}`);
    if (result.code !== 0) throw new UserError(`${what}: cannot write on the worker: ${complaint(result.stderr)}`);
  } finally {
    tar.kill();
    // Its end is awaited above; where the connection broke first it still must not go unheard.
    ended.catch(() => {});
  }
}

/** The first line says what; those after it only that there was something. */
function complaint(text: string): string {
  return text.trim().split("\n").at(0) || "tar gave no reason";
}
