/** Streams local files to a worker: `tar` here, `tar` there, one SSH channel between. Nothing is held in memory. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, type Readable, type Transform } from "node:stream";
import { constants, createGzip } from "node:zlib";
import { UserError } from "../../spec/index.ts";
import { paysToCompress } from "./compress.ts";
import { type Delivery, expectDone } from "./delivery.ts";
import type { LocalFile } from "./hash.ts";
import { counted } from "./meter.ts";

export interface Archive {
  readonly folder: string;
  readonly files: readonly LocalFile[];
  /** A shell word. */
  readonly target: string;
  readonly mayCompress: boolean;
}

/** @throws UserError when a file cannot be read, changes meanwhile, or cannot be written there */
export async function sendArchive({ folder, files, target, mayCompress }: Archive, delivery: Delivery): Promise<void> {
  const { link, what, signal } = delivery;
  const tar = startTar(folder, files);
  const isPacked = mayCompress && paysToCompress(folder, files, delivery.isNear);
  const meter = counted(files, delivery);
  const stream = packed(tar.archive.pipe(meter), isPacked);
  const unpack = `tar -xpf - --no-same-owner -C ${target}`;
  const receive = `mkdir -p ${target} && ${isPacked ? `gzip -dc | ${unpack}` : unpack}`;
  try {
    const [result, problem] = await Promise.all([link.run(receive, { stdin: stream, signal }), tar.problem]);
    // A worker that stops reading breaks the local end too: its own reason is the better one.
    expectDone(result, what);
    if (problem !== undefined) throw new UserError(`${what}: ${folder} cannot be sent: ${problem}`);
  } finally {
    tar.end();
  }
  refuseChanged(folder, files, what);
}

interface Tar {
  readonly archive: Readable;
  /** Its first complaint, or undefined when all went well. Never rejects. */
  readonly problem: Promise<string | undefined>;
  end(): void;
}

function startTar(folder: string, files: readonly LocalFile[]): Tar {
  // Names on stdin: any number of them, with any character.
  const tar = spawn("tar", ["-cf", "-", "-C", folder, "--no-recursion", "--null", "-T", "-"], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, COPYFILE_DISABLE: "1", LC_ALL: "C" },
  });
  const complaints: Buffer[] = [];
  tar.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  tar.stdin.on("error", () => {});
  tar.stdin.end(files.map(({ path }) => `./${path}\0`).join(""));
  const problem = once(tar, "close").then(
    ([code]: unknown[]) => (code === 0 ? undefined : firstLine(Buffer.concat(complaints).toString())),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  // At once: Node throws away what a child wrote that ended before anybody read it.
  return { archive: tar.stdout.pipe(new PassThrough()), problem, end: () => tar.kill() };
}

function packed(stream: Transform, isPacked: boolean): Readable {
  return isPacked ? stream.pipe(createGzip({ level: constants.Z_BEST_SPEED })) : stream;
}

function firstLine(text: string): string {
  return text.trim().split("\n").at(0) || "tar gave no reason";
}

/** A file that was written to while it was sent may lie there torn, and is not what the pool's plan was made for. */
export function refuseChanged(folder: string, files: readonly LocalFile[], what: string): void {
  const changed = files.filter(({ path, facts }) => {
    const now = lstatSync(join(folder, path), { bigint: true, throwIfNoEntry: false });
    return now?.mtimeNs !== facts.mtimeNs || now.size !== facts.size || now.ino !== facts.ino;
  });
  if (changed.length === 0) return;
  const names = changed.slice(0, 3).map(({ path }) => path);
  const more = changed.length > 3 ? ` and ${changed.length - 3} more` : "";
  throw new UserError(
    `${what}: changed while it was sent: ${names.join(", ")}${more}. Run this again once nothing writes to ${folder}.`,
  );
}
